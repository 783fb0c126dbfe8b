using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>
/// Times as this service writes them: RFC 3339 in UTC with exactly three decimals and <c>Z</c>, so that texts sort as times do.
/// What is finer than a millisecond is cut off, never rounded up into a time that has not come yet.
/// </summary>
internal sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    // Any zone is read, but there has to be one: without it the reader would take the time for the machine's own.
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TryGetDateTime(out var time) && time.Kind != DateTimeKind.Unspecified
            ? reader.GetDateTimeOffset().ToUniversalTime()
            : throw new JsonException("A time is RFC 3339 with a zone, for instance 2026-11-20T09:10:11.123Z.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));
}
