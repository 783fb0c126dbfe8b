using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

// What was sent where, and sending it again.
public sealed partial class BridgeClient
{
    /// <summary>Lists deliveries, newest first, each with its last attempt, fetching page after page while it is enumerated.</summary>
    /// <param name="query">Which deliveries; null for all.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public IAsyncEnumerable<BridgeDelivery> ListDeliveriesAsync(
        DeliveryQuery? query = null, CancellationToken cancellationToken = default) =>
        PagesAsync((query ?? new DeliveryQuery()).Address, BridgeJson.Wire.PageBridgeDelivery, cancellationToken);

    /// <summary>Reads a delivery with all its attempts.</summary>
    /// <param name="id">Its id, <c>dlv_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<BridgeDelivery> GetDeliveryAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(Addresses.Delivery(id), BridgeJson.Wire.BridgeDelivery, cancellationToken);

    /// <summary>
    /// Sends a delivery again at once, whatever its state, under a fresh schedule and with the same <c>webhook-id</c>. One that is on the
    /// wire at this moment is left to it. A 409 where its task was erased or its endpoint deleted.
    /// </summary>
    /// <param name="id">Its id, <c>dlv_…</c>.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition does not send once more.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; it may be sent nevertheless.</param>
    public Task<BridgeDelivery> RedeliverAsync(
        string id, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync($"{Addresses.Delivery(id)}/redeliver", BridgeJson.Wire.BridgeDelivery, idempotencyKey, cancellationToken);

    /// <summary>Sends all deliveries of a state and time again, by and by.</summary>
    /// <returns>The replay's id, <c>rpl_…</c>.</returns>
    /// <param name="which">Which deliveries.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition does not send once more.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; they may be sent nevertheless.</param>
    public async Task<string> RedeliverAsync(
        BulkRedelivery which, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var accepted = await _bridge.PostAsync(
            Addresses.Redelivery,
            which,
            BridgeJson.Requests.BulkRedelivery,
            BridgeJson.Wire.ReplayAccepted,
            idempotencyKey,
            cancellationToken);
        return accepted.Id;
    }

    /// <summary>Reads how far a replay has come.</summary>
    /// <param name="id">Its id, <c>rpl_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<BridgeReplay> GetReplayAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(Addresses.Replay(id), BridgeJson.Wire.BridgeReplay, cancellationToken);

    /// <summary>Lists replays, newest first, fetching page after page while it is enumerated.</summary>
    public IAsyncEnumerable<BridgeReplay> ListReplaysAsync(CancellationToken cancellationToken = default) =>
        PagesAsync(Addresses.Replays, BridgeJson.Wire.PageBridgeReplay, cancellationToken);

    /// <summary>Ends a replay: what it has not queued yet is not sent. One that has ended stays as it is.</summary>
    /// <param name="id">Its id, <c>rpl_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task CancelReplayAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.DeleteAsync(Addresses.Replay(id), cancellationToken);
}
