using System.Text;
using System.Text.RegularExpressions;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>What of an answer may be kept for people to look at: short, storable, and without anything that opens something.</summary>
internal static partial class AnswerExcerpt
{
    private const int MaxBytes = 512;

    /// <summary>The answer's beginning; null where it is blank.</summary>
    public static string? Of(ReadOnlySpan<byte> content, KeyMask mask)
    {
        // Masked before it is cut, so that no half of anything is left at the end.
        var text = mask.Apply(Encoding.UTF8.GetString(content));
        text = Fragment().Replace(Query().Replace(UserInfo().Replace(text, "$1***@"), "$1$2***"), "#***");
        text = StorableText.From(text.AsSpan().Trim(), MaxBytes);
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    // Of links in JSON, in HTML, relative ones too. A question mark may be escaped; "<?xml" has none of a link.
    [GeneratedRegex("""(^|[^<])(\?|\\+u003f|%(?:25)*3f|&#63;|&#x3f;|&quest;)[^\s"<>]+""", Options)]
    private static partial Regex Query();

    [GeneratedRegex("""#[^\s"<>=]*=[^\s"<>]*""", Options)]
    private static partial Regex Fragment();

    [GeneratedRegex("""(:(?:/|\\)+)[^\s"<>/@]+@""", Options)]
    private static partial Regex UserInfo();

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.NonBacktracking;
}
