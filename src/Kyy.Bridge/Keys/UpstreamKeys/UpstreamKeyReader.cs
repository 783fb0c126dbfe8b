using Kyy.Bridge.Configuration;
using Kyy.Bridge.Http;
using Kyy.Bridge.Text;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>Reads what a client gives one of its upstream keys. No fault quotes a value.</summary>
internal static class UpstreamKeyReader
{
    public const int LongestName = 64;

    private const int LongestKey = 1_024, LongestUrl = 2_048, MostRequestsPerSecond = 100_000;

    /// <summary>Whether a key may be called that.</summary>
    public static bool IsName(string name) =>
        name.Length is >= 1 and <= LongestName && name.All(letter => letter is >= 'a' and <= 'z' or >= '0' and <= '9' or '_' or '-');

    /// <summary>The key and its limit, or all that is wrong with them.</summary>
    public static (UpstreamTarget? Target, int? MaxRequestsPerSecond, ProblemResult? Refusal) Read(
        string name, JsonBody body, UpstreamOptions options)
    {
        var members = new MemberReader(body.Root);
        if (!IsName(name)) members.Fault("name", $"in the path must have 1 to {LongestName} characters of a-z, 0-9, _ and -");
        var key = Key(members);
        var baseUrl = BaseUrl(members, options);
        var limit = members.OptionalInteger("max_requests_per_second", 1, MostRequestsPerSecond);
        return members.Refusal() is { } refusal ? (null, null, refusal) : (new(baseUrl, new Secret(key)), limit, null);
    }

    private static string Key(MemberReader members)
    {
        var key = members.Text("key", LongestKey);
        // It becomes part of a header; a blank is mostly the word Bearer or a line break that was copied along.
        if (key.AsSpan().ContainsAnyExceptInRange('!', '~')) members.Fault("key", "must be visible ASCII characters alone, without blanks");
        return key;
    }

    private static Uri BaseUrl(MemberReader members, UpstreamOptions options)
    {
        if (members.Url("base_url", LongestUrl) is not { } text) return options.BaseUrl;
        if (UrlText.Parse(text) is not { Value: { } url })
        {
            members.Fault("base_url", "must have neither user name nor query");
        }
        else if (url.Scheme != Uri.UriSchemeHttps && options.BaseUrl.Scheme == Uri.UriSchemeHttps)
        {
            // In clear only where the operator's own key travels so as well, as it does to an emulator.
            members.Fault("base_url", "must begin with https://");
        }
        else if (!options.Allows(url))
        {
            members.Fault("base_url", "must be one that the operator allows (Bridge:Upstream:AllowedBaseUrls), or left out for the operator's");
        }
        else
        {
            return url;
        }

        return options.BaseUrl;
    }
}
