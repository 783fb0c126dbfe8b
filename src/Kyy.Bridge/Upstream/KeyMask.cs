using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// Takes the key out of what the upstream says, however it is written there: as it is, in another letter case, with characters
/// escaped for JSON, HTML or a URL, with control characters in between (which is how UTF-16 looks), in Base64 or in hexadecimal. A
/// part of the key that is at least half of it goes too: what the upstream cut off is still a good guess.
/// </summary>
internal sealed partial class KeyMask
{
    // Shorter ones are no secret, and masking them would eat the words around them.
    private const int ShortestKey = 8;

    // Where the search ends for what one character is written as: nobody escapes more often, or pads a number further.
    private const int MostLevels = 16, LongestEntity = 12;

    private readonly string[] _forms;

    // What no form of the key begins with, however it is written. Most of what is said of a task has nothing else, and is passed at once.
    private readonly SearchValues<char> _harmless;

    /// <param name="key">The key that was sent.</param>
    public KeyMask(Secret key)
    {
        var bytes = Encoding.UTF8.GetBytes(key.Reveal());
        _forms = bytes.Length < ShortestKey ? [] :
        [
            key.Reveal(), Convert.ToHexString(bytes),
            .. Enumerable.Range(0, 3).Select(offset => Base64(bytes, offset)).SelectMany(WithUrlSafe).Distinct(),
        ];
        _harmless = SearchValues.Create([.. Enumerable.Range(0, 128).Select(c => (char)c).Where(c => !MayBegin(c))]);
    }

    /// <summary>The text with <c>***</c> in place of the key, and of what a quoted <c>Authorization</c> header says.</summary>
    public string Apply(string text)
    {
        var masked = WithoutKey(text);
        // The header's name has a letter that few texts have: to look for it costs next to nothing, the expression a microsecond.
        return masked.AsSpan().ContainsAny('z', 'Z') ? Credentials().Replace(masked, $"$1{Secret.Mask}") : masked;
    }

    /// <summary>Whether the text shows the key.</summary>
    public bool Finds(string text) => Find(text, 0).Length > 0;

    private string WithoutKey(string text)
    {
        var (at, length) = Find(text, 0);
        if (length == 0) return text;
        var masked = new StringBuilder();
        var from = 0;
        for (; length > 0; (at, length) = Find(text, from))
        {
            masked.Append(text, from, at - from).Append(Secret.Mask);
            from = at + length;
        }

        return masked.Append(text, from, text.Length - from).ToString();
    }

    // Where the text shows the key next, and how much of the text that is; zero where it does not.
    private (int At, int Length) Find(string text, int from)
    {
        // What is shorter than the shortest key cannot hold one.
        for (var at = from; at <= text.Length - ShortestKey; at++)
        {
            var harmless = text.AsSpan(at).IndexOfAnyExcept(_harmless);
            if (harmless < 0) break;
            at += harmless;
            if (LengthAt(text, at) is > 0 and var length) return (at, length);
        }

        return default;
    }

    private bool MayBegin(char c) => c is '\\' or '%' or '&' || _forms.Any(form => IsSame(form[0], c));

    // How much of the text is the key, from there on; zero where it is something else.
    private int LengthAt(string text, int at)
    {
        var longest = 0;
        foreach (var form in _forms) longest = Math.Max(longest, LengthAt(text, at, form));
        return longest;
    }

    private static int LengthAt(string text, int at, string form)
    {
        var (end, matched) = (at, 0);
        while (matched < form.Length && CharacterAt(text, end, form[matched]) is > 0 and var length)
        {
            end += length;
            matched++;
            while (end < text.Length && IsInvisible(text[end])) end++;
        }

        return matched >= Math.Max(ShortestKey, form.Length / 2) ? end - at : 0;
    }

    // How many characters of the text stand for the expected one; zero where they stand for another.
    private static int CharacterAt(string text, int at, char expected)
    {
        if (at == text.Length) return 0;
        if (IsSame(text[at], expected)) return 1;
        var (meaning, length) = text[at] switch
        {
            '\\' => Backslash(text.AsSpan(at)),
            '%' => Percent(text.AsSpan(at)),
            '&' => Entity(text.AsSpan(at)),
            _ => ('\0', 0),
        };
        return length > 0 && IsSame(meaning, expected) ? length : 0;
    }

    // Escaped once more, as in JSON within JSON, it has more of them.
    private static (char Meaning, int Length) Backslash(ReadOnlySpan<char> text)
    {
        var start = text.IndexOfAnyExcept('\\');
        if (start is < 0 or > MostLevels) return default;
        return text[start] is 'u' or 'U' && text.Length >= start + 5 && TryHex(text.Slice(start + 1, 4), out var meaning)
            ? (meaning, start + 5)
            : (text[start], start + 1);
    }

    // "%2573" is "%73" escaped once more.
    private static (char Meaning, int Length) Percent(ReadOnlySpan<char> text)
    {
        var start = 1;
        while (start < MostLevels && text[start..].StartsWith("25", StringComparison.Ordinal)) start += 2;
        return text.Length >= start + 2 && TryHex(text.Slice(start, 2), out var meaning) ? (meaning, start + 2) : default;
    }

    private static (char Meaning, int Length) Entity(ReadOnlySpan<char> text)
    {
        var end = text[..Math.Min(text.Length, LongestEntity)].IndexOf(';');
        if (end < 3 || text[1] is not '#') return default;
        var isHex = text[2] is 'x' or 'X';
        return TryNumber(isHex ? text[3..end] : text[2..end], isHex, out var meaning) ? (meaning, end + 1) : default;
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out char meaning) => TryNumber(digits, isHex: true, out meaning);

    private static bool TryNumber(ReadOnlySpan<char> digits, bool isHex, out char meaning)
    {
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        var isNumber = ushort.TryParse(digits, style, CultureInfo.InvariantCulture, out var number);
        meaning = (char)number;
        return isNumber;
    }

    private static bool IsSame(char one, char other) => char.ToLowerInvariant(one) == char.ToLowerInvariant(other);

    private static bool IsInvisible(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;

    // What is the key's alone in the Base64 of a text with the key at that offset: without the digits that it shares with its neighbours.
    private static string Base64(byte[] key, int offset)
    {
        var text = Convert.ToBase64String([.. new byte[offset], .. key]);
        var first = ((offset * 8) + 5) / 6;
        return text[first..((offset + key.Length) * 8 / 6)];
    }

    private static string[] WithUrlSafe(string base64) => [base64, base64.Replace('+', '-').Replace('/', '_')];

    [GeneratedRegex(
        """(authorization[\s"'\\:=]{1,8}(?:bearer|basic|digest|token)\s+)[^\s"'\\<>]+""",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Credentials();
}
