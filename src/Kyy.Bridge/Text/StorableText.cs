using System.Text;

namespace Kyy.Bridge.Text;

/// <summary>
/// Text from outside, made safe to store and to show: PostgreSQL refuses U+0000 and broken UTF-8, and other control characters
/// would forge log lines. Control characters become spaces, what is no character becomes U+FFFD, and the length is bounded.
/// </summary>
internal static class StorableText
{
    /// <param name="text">Any text, lone surrogates included.</param>
    /// <param name="maxBytes">The longest result in bytes of UTF-8; a character that does not fit whole is left out.</param>
    public static string From(ReadOnlySpan<char> text, int maxBytes)
    {
        // Nearly all that is ever asked for, and storable as it is.
        if (text.Length <= maxBytes && !text.ContainsAnyExceptInRange(' ', '~')) return text.ToString();
        var storable = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (!TryAppend(storable, rune, ref maxBytes)) break;
        }

        return storable.ToString();
    }

    /// <param name="utf8">Any bytes, taken for UTF-8.</param>
    /// <param name="maxBytes">The longest result in bytes of UTF-8; a character that does not fit whole is left out.</param>
    public static string From(ReadOnlySpan<byte> utf8, int maxBytes)
    {
        var storable = new StringBuilder();
        while (!utf8.IsEmpty)
        {
            // Of broken bytes it makes U+FFFD and says how many to skip, so the status has nothing to add.
            _ = Rune.DecodeFromUtf8(utf8, out var rune, out var length);
            if (!TryAppend(storable, rune, ref maxBytes)) break;
            utf8 = utf8[length..];
        }

        return storable.ToString();
    }

    private static bool TryAppend(StringBuilder storable, Rune rune, ref int room)
    {
        if (Rune.IsControl(rune)) rune = new Rune(' ');
        room -= rune.Utf8SequenceLength;
        if (room < 0) return false;
        storable.Append(rune);
        return true;
    }
}
