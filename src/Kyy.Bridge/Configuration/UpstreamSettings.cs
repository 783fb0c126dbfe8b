using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Configuration;

/// <summary>Reads <see cref="UpstreamOptions"/>, which themselves know nothing of configuration.</summary>
internal static class UpstreamSettings
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromMinutes(5);

    public static UpstreamOptions Read(ConfigurationReader reader)
    {
        var defaults = new UpstreamOptions();
        var baseUrl = reader.Url(nameof(defaults.BaseUrl), defaults.BaseUrl);
        return new()
        {
            BaseUrl = baseUrl,
            AllowedBaseUrls = reader.Urls(nameof(defaults.AllowedBaseUrls), [baseUrl]),
            ApiKey = reader.Token(nameof(defaults.ApiKey), minLength: 1),
            Timeout = reader.Duration(nameof(defaults.Timeout), defaults.Timeout, Shortest, Longest),
            MaxConcurrency = reader.Number(nameof(defaults.MaxConcurrency), defaults.MaxConcurrency, 1, 10_000),
            MaxRequestsPerSecond = reader.Number(nameof(defaults.MaxRequestsPerSecond), defaults.MaxRequestsPerSecond, 1, 100_000),
            Proxy = reader.Url(nameof(defaults.Proxy), defaults.Proxy),
            AllowFasterThanDocumented = reader.Flag(nameof(defaults.AllowFasterThanDocumented), defaults.AllowFasterThanDocumented),
        };
    }
}
