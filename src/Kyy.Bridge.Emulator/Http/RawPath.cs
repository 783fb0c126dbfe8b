using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;

namespace Kyy.Bridge.Emulator.Http;

/// <summary>
/// The last segment of a request's path as it came over the wire. The server's own <c>Request.Path</c> will not do: it is already
/// decoded, except for <c>%2F</c>, and has its dot segments removed, so that an id cannot be told from another's encoding.
/// </summary>
internal static class RawPath
{
    /// <summary>The request's target, byte for byte.</summary>
    public static string TargetOf(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>Splits <c>{prefix}{segment}</c>; false where the path has another prefix, no segment, or more than one.</summary>
    public static bool TryReadSegment(string target, string prefix, out string segment)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        segment = path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : "";
        return segment.Length > 0 && !segment.Contains('/', StringComparison.Ordinal);
    }

    /// <summary>Decodes once; a segment encoded twice stays encoded once and therefore names no task.</summary>
    public static string Decode(string segment) => Uri.UnescapeDataString(segment);

    /// <summary>Whether a segment is what RFC 3986 lets a segment be, its escapes being whole and UTF-8.</summary>
    public static bool IsWellEncoded(string segment)
    {
        var bytes = new List<byte>(segment.Length);
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                if (!IsPathCharacter(segment[i])) return false;
                bytes.Add((byte)segment[i]);
                continue;
            }

            if (i + 2 >= segment.Length || !char.IsAsciiHexDigit(segment[i + 1]) || !char.IsAsciiHexDigit(segment[i + 2])) return false;
            bytes.Add(Convert.ToByte(segment.Substring(i + 1, 2), 16));
            i += 2;
        }

        return Utf8.IsValid([.. bytes]);
    }

    private static bool IsPathCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "-._~!$&'()*+,;=:@".Contains(c, StringComparison.Ordinal);
}
