using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Deliveries;

/// <summary>An endpoint that the service has just disabled, and the event that says so.</summary>
/// <param name="Endpoint">Which.</param>
/// <param name="Client">Whose.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Reason"><c>gone</c> or <c>failing</c>.</param>
/// <param name="FailingSince">The first failure since the last success.</param>
/// <param name="At">When it was disabled. It makes the event's id: one disabling is one event.</param>
internal sealed record DisabledEndpoint(Guid Endpoint, Guid Client, string Url, string Reason, DateTimeOffset FailingSince, DateTimeOffset At)
{
    public ClientEvent ToEvent() =>
        new(DerivedId.OfEndpointEvent(Endpoint, EventTypes.EndpointDisabled, At), Client, EventTypes.EndpointDisabled, At, Payload());

    // Whoever gets this is another endpoint, which may be a third party's: a query often carries a token. It is told scheme, host and path.
    internal static string Shown(string url) =>
        new Uri(url).GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private byte[] Payload()
    {
        var data = new EndpointEventData
        {
            Id = TypeId.Format(TypeId.Endpoint, Endpoint),
            Url = Shown(Url),
            Status = "disabled",
            DisabledReason = Reason,
            FailingSince = FailingSince,
            DisabledAt = At,
            ClientId = TypeId.Format(TypeId.Client, Client),
        };
        var payload = new WebhookEvent(EventTypes.EndpointDisabled, At, RawJson.From(data, BridgeJson.Wire.EndpointEventData));
        return JsonSerializer.SerializeToUtf8Bytes(payload, BridgeJson.Wire.WebhookEvent);
    }
}
