using System.Buffers.Binary;

namespace Kyy.Bridge.Persistence;

/// <summary>
/// The ids that callers see: a prefix that names the kind and the UUID in Crockford's base 32, lower case, 26 characters.
/// An id says what it is wherever it is pasted, and one of the wrong kind is refused before a database is asked.
/// </summary>
internal static class TypeId
{
    public const string Task = "tsk", Event = "evt", Delivery = "dlv", Client = "cli", Key = "key",
        Endpoint = "ep", Replay = "rpl";

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int SuffixLength = 26;

    /// <summary>Writes an id, for instance <c>tsk_01h455vb4pex5vsknk084sn02q</c>.</summary>
    public static string Format(string prefix, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return string.Create(prefix.Length + 1 + SuffixLength, (prefix, value), static (text, state) =>
        {
            state.prefix.CopyTo(text);
            text[state.prefix.Length] = '_';
            var rest = state.value;
            for (var i = text.Length - 1; i > state.prefix.Length; i--, rest >>= 5) text[i] = Alphabet[(int)(rest & 31)];
        });
    }

    /// <summary>Reads an id of the kind <paramref name="prefix"/>; false for any other text.</summary>
    public static bool TryParse(string prefix, string? text, out Guid id)
    {
        id = Guid.Empty;
        if (text is null || text.Length != prefix.Length + 1 + SuffixLength) return false;
        if (!text.StartsWith(prefix, StringComparison.Ordinal) || text[prefix.Length] != '_') return false;

        var suffix = text.AsSpan(prefix.Length + 1);
        // 26 characters hold 130 bits: a first one above 7 does not fit into 128.
        if (suffix[0] > '7') return false;
        UInt128 value = 0;
        foreach (var character in suffix)
        {
            var digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0) return false;
            value = (value << 5) | (uint)digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        id = new Guid(bytes, bigEndian: true);
        return true;
    }
}

