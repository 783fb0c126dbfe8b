using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

// What operators have wait; it needs an admin's key.
public sealed partial class BridgeClient
{
    /// <summary>Has polling or deliveries wait, on all replicas within a few seconds, until it is released. It may be repeated.</summary>
    /// <returns>All that is held now.</returns>
    /// <param name="hold">What.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the hold may be in force nevertheless.</param>
    public Task<HoldsInForce> HoldAsync(HoldRequest hold, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            Addresses.Hold, hold, BridgeJson.Requests.HoldRequest, BridgeJson.Wire.HoldsInForce, idempotencyKey: null, cancellationToken);

    /// <summary>Ends exactly that hold, where there is it: what waited goes on, and nothing was missed. It may be repeated.</summary>
    /// <returns>All that is held still.</returns>
    /// <param name="hold">What.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the hold may have ended nevertheless.</param>
    public Task<HoldsInForce> ReleaseAsync(HoldRequest hold, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            Addresses.Release, hold, BridgeJson.Requests.HoldRequest, BridgeJson.Wire.HoldsInForce, idempotencyKey: null, cancellationToken);
}
