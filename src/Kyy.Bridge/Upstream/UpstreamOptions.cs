using System.Collections.Immutable;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>How the upstream is asked.</summary>
public sealed record UpstreamOptions
{
    /// <summary>Where it is.</summary>
    public Uri BaseUrl { get; init; } = new("https://zcbservice.aizfw.cn/kyyReactApiServer");

    /// <summary>The base URLs that a client's upstream key may name.</summary>
    public ImmutableArray<Uri> AllowedBaseUrls { get; init; } = [new("https://zcbservice.aizfw.cn/kyyReactApiServer")];

    /// <summary>The operator's key; null where every client brings its own.</summary>
    public Secret? ApiKey { get; init; }

    /// <summary>How long one request may take; 15 s by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Requests in flight per process; 64 by default.</summary>
    public int MaxConcurrency { get; init; } = 64;

    /// <summary>Requests a second per upstream key, over all replicas; 200 by default.</summary>
    public int MaxRequestsPerSecond { get; init; } = 200;

    /// <summary>The proxy to go through; none by default.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether a window may be below the documented one; false by default.</summary>
    public bool AllowFasterThanDocumented { get; init; }
}
