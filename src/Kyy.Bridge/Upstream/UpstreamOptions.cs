using System.Collections.Immutable;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>How the upstream is asked.</summary>
internal sealed record UpstreamOptions
{
    /// <summary>Where the result endpoint lives; <c>/v1/result/{id}</c> is added. The one of all five documents (S0 to S4).</summary>
    public Uri BaseUrl { get; init; } = new("https://zcbservice.aizfw.cn/kyyReactApiServer");

    /// <summary>What a client's own upstream key may name besides <see cref="BaseUrl"/>, which is always allowed.</summary>
    public ImmutableArray<Uri> AllowedBaseUrls { get; init; } = [];

    /// <summary>The operator's key, sent to <see cref="BaseUrl"/> only; null where every client brings its own.</summary>
    public Secret? ApiKey { get; init; }

    /// <summary>For one whole request: connecting, headers and the last byte of the body.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Requests in flight, and connections to one host, in this process.</summary>
    public int MaxConcurrency { get; init; } = 64;

    /// <summary>
    /// Requests a second for one upstream key, over all replicas, which share it evenly. No document gives a number; 200 by default.
    /// </summary>
    public int MaxRequestsPerSecond { get; init; } = 200;

    /// <summary>An egress proxy; null goes straight out, whatever the environment's proxy variables say.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Permits windows below the documented ones, for demonstrations and tests: the upstream may throttle the key.</summary>
    public bool AllowFasterThanDocumented { get; init; }

    /// <summary>Whether it is <see cref="BaseUrl"/>.</summary>
    public bool IsOperators(Uri baseUrl) => Normal(BaseUrl) == Normal(baseUrl);

    /// <summary>Whether a key may be sent there.</summary>
    public bool Allows(Uri baseUrl) => AllowedBaseUrls.Prepend(BaseUrl).Any(allowed => Normal(allowed) == Normal(baseUrl));

    /// <summary>One text for every spelling of a base URL.</summary>
    public static string Normal(Uri baseUrl) => baseUrl.AbsoluteUri.TrimEnd('/');
}
