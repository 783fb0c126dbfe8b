using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

// The client's own keys of the upstream.
public sealed partial class BridgeClient
{
    /// <summary>Makes an upstream key, or gives one another value: its tasks go on if it was refused. It may be repeated.</summary>
    /// <param name="name">1 to 64 of <c>a-z0-9_-</c>; <c>default</c> is what registrations use that name none.</param>
    /// <param name="setting">The value, and where it may be sent.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the key may have been set nevertheless.</param>
    public Task<UpstreamKeyView> SetUpstreamKeyAsync(
        string name, UpstreamKeySetting setting, CancellationToken cancellationToken = default) =>
        _bridge.PutAsync(
            Addresses.UpstreamKey(name),
            setting,
            BridgeJson.Requests.UpstreamKeySetting,
            BridgeJson.Wire.UpstreamKeyView,
            cancellationToken);

    /// <summary>Reads an upstream key: everything but its value.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<UpstreamKeyView> GetUpstreamKeyAsync(string name, CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(Addresses.UpstreamKey(name), BridgeJson.Wire.UpstreamKeyView, cancellationToken);

    /// <summary>Lists the upstream keys, newest first, fetching page after page while it is enumerated.</summary>
    public IAsyncEnumerable<UpstreamKeyView> ListUpstreamKeysAsync(CancellationToken cancellationToken = default) =>
        PagesAsync(Addresses.UpstreamKeys, BridgeJson.Wire.PageUpstreamKeyView, cancellationToken);

    /// <summary>Deletes an upstream key. While tasks in flight use it, that is a 409.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task DeleteUpstreamKeyAsync(string name, CancellationToken cancellationToken = default) =>
        _bridge.DeleteAsync(Addresses.UpstreamKey(name), cancellationToken);
}
