using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>A new endpoint with its signing secret.</summary>
public sealed record EndpointCreated : EndpointView
{
    /// <summary>The secret that its webhooks are signed with, <c>whsec_…</c>.</summary>
    [JsonPropertyOrder(1)]
    public required string Secret { get; init; }

    /// <summary>Without the secret: a record that is logged by mistake does not give it away.</summary>
    public override string ToString() => $"{nameof(EndpointCreated)} {Id}";
}
