using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Endpoints;

/// <summary>
/// Sends an example to an endpoint on the way of every webhook: signed, with its headers, through the guard, within the time-out.
/// Nothing of it is stored, and no transaction is open meanwhile.
/// </summary>
internal sealed class EndpointTrial(WebhookSender sender, EndpointSecrets secrets, Ids ids, DatabaseClock clock)
{
    /// <summary>Tests of one client under way at the same time, per process: a receiver that hangs holds connections of its host.</summary>
    public const int MostAtOnce = 4;

    private const int LongestBody = 2_048;

    private readonly Dictionary<Guid, int> _underWay = [];

    /// <summary>How it went; null where the client has as many tests under way as it may have.</summary>
    public async Task<BridgeDeliveryAttempt?> SendAsync(WebhookEndpoint endpoint, DateTimeOffset? failingSince, string type)
    {
        if (!TryBegin(endpoint.ClientId)) return null;
        try
        {
            // A change that was made on another replica a moment ago is what is to be tested.
            secrets.Forget(endpoint.Id);
            return View(await sender.SendAsync(Delivery(endpoint, failingSince, type)));
        }
        finally
        {
            End(endpoint.ClientId);
        }
    }

    private LeasedDelivery Delivery(WebhookEndpoint endpoint, DateTimeOffset? failingSince, string type) => new()
    {
        Id = ids.Next(),
        EventId = ids.Next(),
        EventType = type,
        ClientId = endpoint.ClientId,
        CallbackId = endpoint.Id,
        EndpointId = endpoint.Id,
        Destination = 0, // None: it takes no part in the deliveries' shares.
        Host = endpoint.Host,
        Url = endpoint.Url,
        Payload = EventExamples.Of(type, ids.Next(), endpoint, failingSince, clock.Now),
        Claim = 0,
        Attempt = 1,
        LeaseEnds = 0,
    };

    private static BridgeDeliveryAttempt View(Attempt attempt) => new()
    {
        Number = 1,
        StartedAt = attempt.StartedAt,
        DurationMs = (int)attempt.Duration.TotalMilliseconds,
        StatusCode = SettleDeliveries.StatusCode(attempt.Result),
        Error = SettleDeliveries.Error(attempt.Result),
        ResponseBody = attempt.ResponseBody is { } body ? StorableText.From(body, LongestBody) : null,
    };

    private bool TryBegin(Guid client)
    {
        lock (_underWay)
        {
            var count = _underWay.GetValueOrDefault(client);
            if (count >= MostAtOnce) return false;
            _underWay[client] = count + 1;
            return true;
        }
    }

    private void End(Guid client)
    {
        lock (_underWay)
        {
            var left = _underWay[client] - 1;
            if (left == 0) _underWay.Remove(client);
            else _underWay[client] = left;
        }
    }
}
