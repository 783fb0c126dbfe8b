using Kyy.Bridge.Keys;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Polling;

/// <summary>Where each upstream key's requests go, and with which secret. The operator's key goes to the operator's base URL only.</summary>
internal sealed class UpstreamTargets(UpstreamOptions options)
{
    private readonly UpstreamTarget? _operator = options.ApiKey is { } key ? new(options.BaseUrl, key) : null;

    /// <summary>Whether there is any key to ask with.</summary>
    public bool Any => _operator is not null;

    public UpstreamTarget Of(Guid upstreamKey) => upstreamKey == UpstreamKey.Operator && _operator is not null
        ? _operator
        : throw new InvalidOperationException($"There is no upstream key {upstreamKey}.");
}
