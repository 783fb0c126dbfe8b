using System.Text;
using System.Text.RegularExpressions;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>What of an answer may be kept for people to look at: short, storable, and without anything that opens something.</summary>
internal static partial class AnswerExcerpt
{
    private const int MaxBytes = 512;

    // Shorter ones are no secret, and masking them would eat the JSON around them.
    private const int ShortestKey = 8;

    /// <summary>Overwrites the key wherever the upstream repeats it, so that no text made from the answer can carry it.</summary>
    public static void MaskKey(Span<byte> content, Secret key)
    {
        var bytes = Encoding.UTF8.GetBytes(key.Reveal());
        if (bytes.Length < ShortestKey) return;
        for (var at = content.IndexOf(bytes); at >= 0; at = content.IndexOf(bytes))
        {
            content[at..(at + bytes.Length)].Fill((byte)'*');
            content = content[(at + bytes.Length)..];
        }
    }

    /// <summary>The answer's beginning; null where it is blank.</summary>
    public static string? Of(ReadOnlySpan<byte> content)
    {
        var text = SignedLink().Replace(StorableText.From(content, MaxBytes), "$1?***").Trim();
        return text.Length is 0 ? null : text;
    }

    [GeneratedRegex("""(https?:[^\s"?]*)\?[^\s"]*""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex SignedLink();
}
