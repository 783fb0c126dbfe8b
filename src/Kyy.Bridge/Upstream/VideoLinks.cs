using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>The usable links of a completed answer. None is ever opened here: they are handed on.</summary>
/// <param name="Accepted">Distinct and in order.</param>
/// <param name="AnyRefused">Whether the answer had one that is not among them.</param>
internal readonly record struct VideoLinks(ImmutableArray<string> Accepted, bool AnyRefused)
{
    // For all links together: an event carries the first one twice, and has 20 KiB of which 4 are the caller's metadata.
    private const int MaxBytes = 6 * 1024;

    /// <param name="videoUrl">A string as documented, or an array of strings.</param>
    public static VideoLinks Read(JsonElement? videoUrl)
    {
        string[] given = [.. Candidates(videoUrl).Select(link => link.Trim()).Where(link => link.Length > 0).Distinct()];
        var accepted = ImmutableArray.CreateBuilder<string>();
        var room = MaxBytes;
        foreach (var link in given)
        {
            var bytes = Encoding.UTF8.GetByteCount(link);
            if (bytes > room || !IsUsable(link)) continue;
            room -= bytes;
            accepted.Add(link);
        }

        return new(accepted.ToImmutable(), accepted.Count < given.Length);
    }

    private static IEnumerable<string> Candidates(JsonElement? videoUrl) => videoUrl switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } many =>
            many.EnumerateArray().Where(element => element.ValueKind is not JsonValueKind.Null).Select(JsonScalar.Text),
        { } one => [JsonScalar.Text(one)],
    };

    // A link that storing would change is no link any more, so it has to be storable as it is.
    private static bool IsUsable(string link) =>
        StorableText.From(link, MaxBytes) == link
        && Uri.TryCreate(link, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);
}
