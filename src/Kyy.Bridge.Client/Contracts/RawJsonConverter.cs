using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    // An element keeps the bytes of its document, white space within the value included.
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RawJson.From(JsonElement.ParseValue(ref reader));

    // Every way to make a RawJson has established that it is one JSON value.
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8, skipInputValidation: true);
}
