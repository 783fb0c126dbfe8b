using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>
/// One JSON value as the bytes it was written with. <c>metadata</c> is echoed byte for byte: through an object model
/// <c>1.0</c>, <c>\u00e9</c> or the order of members would not come back as they were sent.
/// </summary>
/// <remarks>The default value is <c>null</c>. Two values are equal when their bytes are.</remarks>
[JsonConverter(typeof(RawJsonConverter))]
public readonly struct RawJson : IEquatable<RawJson>
{
    private readonly byte[]? _utf8;

    private RawJson(byte[] utf8) => _utf8 = utf8;

    /// <summary>The object without members, <c>{}</c>.</summary>
    public static RawJson EmptyObject { get; } = Parse("{}"u8);

    /// <summary>The value's bytes, without white space around it.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8 ?? "null"u8;

    /// <summary>Takes one JSON value as it is written.</summary>
    /// <exception cref="JsonException">The bytes are not exactly one JSON value in UTF-8.</exception>
    public static RawJson Parse(ReadOnlySpan<byte> utf8)
    {
        // The reader looks at a string's bytes only when the string is asked for.
        if (!System.Text.Unicode.Utf8.IsValid(utf8)) throw new JsonException("The JSON is not UTF-8.");
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var end = (int)reader.BytesConsumed;
        reader.Read(); // refuses anything but white space after the value
        return new RawJson(utf8[start..end].ToArray());
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static RawJson Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>Takes an element as it was written in its document.</summary>
    public static RawJson From(JsonElement element) => new(JsonMarshal.GetRawUtf8Value(element).ToArray());

    /// <summary>Writes a value as JSON.</summary>
    public static RawJson From<T>(T value, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>Reads the JSON as a value; null where it is <c>null</c>.</summary>
    /// <exception cref="JsonException">It is not the JSON of a <typeparamref name="T"/>.</exception>
    public T? Read<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Utf8, type);

    /// <inheritdoc/>
    public bool Equals(RawJson other) => Utf8.SequenceEqual(other.Utf8);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RawJson other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Utf8);
        return hash.ToHashCode();
    }

    /// <summary>The JSON as text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8);

    /// <summary>Whether both are written with the same bytes.</summary>
    public static bool operator ==(RawJson left, RawJson right) => left.Equals(right);

    /// <summary>Whether they are written with different bytes.</summary>
    public static bool operator !=(RawJson left, RawJson right) => !left.Equals(right);
}
