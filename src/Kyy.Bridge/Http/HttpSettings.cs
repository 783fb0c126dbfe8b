using System.Collections.Immutable;
using System.Net;
using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Http;

/// <summary>How the API is reached: <c>Bridge:Http</c>.</summary>
internal sealed record HttpSettings
{
    /// <summary>
    /// The path under which a reverse proxy offers the service, such as <c>/bridge</c>; empty, the default, for none. It has to begin
    /// with a slash and not to end with one. Wrong, and the links in answers lead nowhere.
    /// </summary>
    public string PathBase { get; init; } = "";

    /// <summary>
    /// The reverse proxies whose <c>X-Forwarded-*</c> headers are believed, as addresses or networks; none by default. Too wide, and
    /// callers may choose the address and scheme they appear with.
    /// </summary>
    public ImmutableArray<IPNetwork> KnownProxies { get; init; } = [];

    internal static HttpSettings Read(ConfigurationReader reader)
    {
        var pathBase = reader.Text(nameof(PathBase), "");
        reader.Check(pathBase is "" || (pathBase.StartsWith('/') && !pathBase.EndsWith('/')), [nameof(PathBase)],
            "Write a path that begins with a slash and does not end with one, such as /bridge.");
        return new() { PathBase = pathBase, KnownProxies = reader.Networks(nameof(KnownProxies), []) };
    }
}
