using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// Single JSON values as text or number, total over everything that the parser lets through. The framework's own accessors throw
/// for broken UTF-8 and for half a surrogate pair, and an otherwise clear answer must not be lost over its error text.
/// </summary>
internal static class JsonScalar
{
    /// <summary>A string's text, or any other value as it is written.</summary>
    public static string Text(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return value.ValueKind is JsonValueKind.String ? Unescape(raw[1..^1]) : Encoding.UTF8.GetString(raw);
    }

    /// <summary>A value's text; null where there is no value.</summary>
    public static string? Text(JsonElement? value) => value is { } there ? Text(there) : null;

    /// <summary>The text as it may be stored; null where there is none or it is blank.</summary>
    public static string? Storable(string? value, KeyMask mask, int maxBytes)
    {
        if (value is null) return null;
        // Masked after it is unescaped and before it is cut: neither hides the key, nor leaves half of it.
        var text = StorableText.From(mask.Apply(value).AsSpan().Trim(), maxBytes);
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    /// <summary>A number, or a string that is one: 5, 5.0 and "5.0" are equal. May be infinite or NaN: callers know the range.</summary>
    public static double? Number(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number or JsonValueKind.String } scalar
        && double.TryParse(Text(scalar), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The text between a JSON string's quotes, which the parser has found well-formed but for surrogates and UTF-8.</summary>
    public static string Unescape(ReadOnlySpan<byte> raw)
    {
        var text = Encoding.UTF8.GetString(raw);
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not '\\')
            {
                plain.Append(text[i]);
            }
            else if (text[++i] is 'u')
            {
                plain.Append((char)ushort.Parse(text.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                plain.Append(Unescape(text[i]));
            }
        }

        return plain.ToString();
    }

    private static char Unescape(char escaped) => escaped switch
    {
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => escaped,
    };
}
