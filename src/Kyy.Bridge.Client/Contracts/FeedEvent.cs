using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>An event as the feed tells it.</summary>
/// <param name="Id">Its id, <c>evt_…</c>: the <c>webhook-id</c> of its webhooks.</param>
/// <param name="Type">What happened: one of <see cref="EventTypes"/>, which may grow.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Data">What it happened to, byte for byte as its webhooks carry it.</param>
public sealed record FeedEvent(string Id, string Type, DateTimeOffset Timestamp, RawJson Data)
{
    /// <summary>Whose event it is, <c>cli_…</c>; only an admin is told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }

    /// <summary>The event as its webhooks have it.</summary>
    public WebhookEvent AsWebhook() => new(Type, Timestamp, Data);

    /// <summary>The bytes of its webhooks' bodies.</summary>
    public byte[] ToWebhookBody() => JsonSerializer.SerializeToUtf8Bytes(AsWebhook(), BridgeJson.Wire.WebhookEvent);
}
