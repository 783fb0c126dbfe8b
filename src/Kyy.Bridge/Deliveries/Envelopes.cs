using System.Security.Cryptography;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Deliveries;

/// <summary>Finds what a delivery is sent with: its endpoint's secrets and headers, or its client's secrets.</summary>
internal sealed partial class Envelopes(SigningSecrets clients, EndpointSecrets endpoints, ILogger<Envelopes> logger)
{
    /// <summary>Null where there is nothing to sign with: it is deleted, or cannot be read. Then nothing must be sent.</summary>
    public async ValueTask<Envelope?> OfAsync(LeasedDelivery delivery)
    {
        try
        {
            var envelope = delivery.EndpointId is { } endpoint
                ? await endpoints.ForEndpointAsync(endpoint)
                : new(delivery.Url, await clients.ForClientAsync(delivery.ClientId), []);
            return envelope is { Secrets: [_, ..] } ? envelope : null;
        }
        catch (CryptographicException unreadable)
        {
            LoggedId? broken = delivery.EndpointId is { } id ? LoggedId.OfEndpoint(id) : null;
            LogUnreadable(logger, LoggedId.OfDelivery(delivery.Id), broken, unreadable);
            return null;
        }
    }

    [LoggerMessage(
        3001, LogLevel.Error,
        "What {Delivery} is signed with cannot be decrypted (endpoint {Endpoint}); nothing is sent, and it is attempted again")]
    private static partial void LogUnreadable(ILogger logger, LoggedId delivery, LoggedId? endpoint, Exception exception);
}
