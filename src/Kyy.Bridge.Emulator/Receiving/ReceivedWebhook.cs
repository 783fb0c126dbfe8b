using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Emulator.Receiving;

/// <summary>One POST as it arrived, and what it was answered with.</summary>
internal sealed record ReceivedWebhook
{
    /// <summary>From 1, in order of arrival at this receiver.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string Path { get; init; }

    /// <summary>The header <c>webhook-id</c>; empty where it is missing.</summary>
    public required string WebhookId { get; init; }

    /// <summary>From 1, how often this <see cref="WebhookId"/> has come to this path.</summary>
    public required int Attempt { get; init; }

    /// <summary>By name, case ignored; repeated ones joined by commas.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The exact bytes.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Null where the receiver had no secret to verify with.</summary>
    public required WebhookVerification? Verification { get; init; }

    /// <summary>The code of the answer, which may still be held back.</summary>
    public int StatusCode { get; init; }
}
