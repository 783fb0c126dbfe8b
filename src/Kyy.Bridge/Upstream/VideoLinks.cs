using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>The usable links of a completed answer. None is ever opened here: they are handed on.</summary>
/// <param name="Accepted">Distinct and in order.</param>
/// <param name="Warnings">What is odd about the answer's links: some of <see cref="UpstreamWarnings"/>.</param>
internal readonly record struct VideoLinks(ImmutableArray<string> Accepted, ImmutableArray<string> Warnings)
{
    // For all links together: an event carries the first one twice, and has 20 KiB of which 4 are the caller's metadata.
    private const int MaxBytes = 6 * 1024;

    /// <param name="candidates">What the answer gives for links.</param>
    /// <param name="mask">Tells a link with the key in it. It is left out whole, because a link without a part of it is none.</param>
    public static VideoLinks Of(IEnumerable<string> candidates, KeyMask mask)
    {
        string[] given = [.. candidates.Select(link => link.Trim()).Where(link => link.Length > 0).Distinct()];
        var accepted = ImmutableArray.CreateBuilder<string>();
        var (room, anyPrivate) = (MaxBytes, false);
        foreach (var link in given)
        {
            var bytes = Encoding.UTF8.GetByteCount(link);
            if (bytes > room || Usable(link) is not { } uri || mask.Finds(link)) continue;
            room -= bytes;
            anyPrivate |= IsPrivate(uri);
            accepted.Add(link);
        }

        return new(accepted.ToImmutable(), [.. Words(accepted.Count < given.Length, anyPrivate)]);
    }

    private static IEnumerable<string> Words(bool anyRefused, bool anyPrivate)
    {
        if (anyRefused) yield return UpstreamWarnings.VideoUrlRefused;
        if (anyPrivate) yield return UpstreamWarnings.VideoUrlPrivate;
    }

    /// <param name="videoUrl">A string as documented, or an array of strings.</param>
    public static IEnumerable<string> Candidates(JsonElement? videoUrl) => videoUrl switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } many =>
            many.EnumerateArray().Where(element => element.ValueKind is not JsonValueKind.Null).Select(JsonScalar.Text),
        { } one => [JsonScalar.Text(one)],
    };

    // A link that storing would change is no link any more, so it has to be storable as it is.
    private static Uri? Usable(string link) =>
        StorableText.From(link, MaxBytes) == link
        && Uri.TryCreate(link, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) ? uri : null;

    // By what is written alone. What a name resolves to is for whoever opens the link to look at, at that very moment.
    private static bool IsPrivate(Uri link)
    {
        // Without the brackets of IPv6, and with the short and the octal forms of IPv4 written out.
        var host = link.DnsSafeHost.TrimEnd('.');
        return IPAddress.TryParse(host, out var address)
            ? !GlobalAddresses.Contains(address)
            : $".{host}".EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}
