using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

// What a caller can ask about itself.
public sealed partial class BridgeClient
{
    /// <summary>Reads whose key this is, what it may use, and what it uses.</summary>
    public Task<Me> GetMeAsync(CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(Addresses.Me, BridgeJson.Wire.Me, cancellationToken);
}
