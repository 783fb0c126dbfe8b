using System.Collections.Immutable;
using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Emulator.Receiving;

/// <summary>How a webhook receiver starts.</summary>
internal sealed record ReceiverOptions
{
    /// <summary>What to listen on, separated by semicolons; port 0 takes a free one.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:0";

    /// <summary>One of these has to have signed. None: nothing is verified until <see cref="ReceiverServer.Secrets"/> is set.</summary>
    public ImmutableArray<WebhookSecret> Secrets { get; init; } = [];

    /// <summary>How many webhooks are kept; past it the oldest are forgotten.</summary>
    public int Capacity { get; init; } = 100_000;
}
