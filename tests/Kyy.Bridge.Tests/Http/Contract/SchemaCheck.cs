using System.Globalization;
using System.Text.Json;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>
/// Checks JSON against the schemas of the document: the part of JSON Schema 2020-12 that they are written in. A word that is not known
/// here is a fault, never passed over.
/// </summary>
internal sealed class SchemaCheck(JsonElement document)
{
    private static readonly HashSet<string> Remarks = ["description", "title", "example", "examples", "default", "deprecated"];

    /// <summary>What is wrong with a value, each with its place; empty where it keeps to the schema.</summary>
    /// <param name="value">The value.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="isAnswer">Whether members that the schema does not name are faults too: an answer has to be described whole.</param>
    public IReadOnlyList<string> FaultsOf(JsonElement value, JsonElement schema, bool isAnswer)
    {
        var faults = new List<string>();
        Check(value, schema, "$", isAnswer, faults);
        return faults;
    }

    private void Check(JsonElement value, JsonElement schema, string at, bool isAnswer, List<string> faults)
    {
        foreach (var word in schema.EnumerateObject())
        {
            switch (word.Name)
            {
                case "$ref":
                    Check(value, Resolve(word.Value.GetString()!), at, isAnswer, faults);
                    break;
                case "type":
                    if (!Types(word.Value).Any(type => Is(value, type))) faults.Add($"{at} is {value.ValueKind}, not {word.Value}");
                    break;
                case "enum":
                    if (!word.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))) faults.Add($"{at} is none of {word.Value}");
                    break;
                case "format":
                    if (value.ValueKind is not JsonValueKind.Null && !Keeps(value, word.Value.GetString()!)) faults.Add($"{at} is no {word.Value}: {value}");
                    break;
                case "oneOf":
                    var fitting = word.Value.EnumerateArray().Count(one => FaultsOf(value, one, isAnswer).Count == 0);
                    if (fitting != 1) faults.Add($"{at} fits {fitting} of {word.Value.GetArrayLength()}: {value}");
                    break;
                case "items":
                    if (value.ValueKind is not JsonValueKind.Array) break;
                    foreach (var (index, item) in value.EnumerateArray().Index()) Check(item, word.Value, $"{at}[{index}]", isAnswer, faults);
                    break;
                case "properties" or "required" or "additionalProperties":
                    break;
                default:
                    if (!Remarks.Contains(word.Name)) faults.Add($"{at}: the schema's word {word.Name} is not known to this check: teach it");
                    break;
            }
        }

        if (value.ValueKind is JsonValueKind.Object && !schema.TryGetProperty("$ref", out _)) CheckMembers(value, schema, at, isAnswer, faults);
    }

    private void CheckMembers(JsonElement value, JsonElement schema, string at, bool isAnswer, List<string> faults)
    {
        var others = schema.TryGetProperty("additionalProperties", out var additional) ? additional : default;
        var isClosed = others.ValueKind is JsonValueKind.False || (isAnswer && others.ValueKind is JsonValueKind.Undefined && schema.TryGetProperty("type", out _));
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)))
                faults.Add($"{at} lacks {name}");
        }

        foreach (var member in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member.Name, out var known))
                Check(member.Value, known, $"{at}.{member.Name}", isAnswer, faults);
            else if (others.ValueKind is JsonValueKind.Object) Check(member.Value, others, $"{at}.{member.Name}", isAnswer, faults);
            else if (isClosed) faults.Add($"{at} has {member.Name}, which the document does not name");
        }
    }

    private JsonElement Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate(document, (node, name) => node.GetProperty(name));

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind is JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static bool Is(JsonElement value, string type) => (value.ValueKind, type) switch
    {
        (JsonValueKind.Null, "null") or (JsonValueKind.String, "string") or (JsonValueKind.Object, "object") => true,
        (JsonValueKind.Array, "array") or (JsonValueKind.True or JsonValueKind.False, "boolean") or (JsonValueKind.Number, "number") => true,
        (JsonValueKind.Number, "integer") => value.TryGetInt64(out _),
        _ => false,
    };

    private static bool Keeps(JsonElement value, string format) => format switch
    {
        "date-time" => DateTimeOffset.TryParseExact(
            value.GetString(), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "int32" => value.TryGetInt32(out _),
        "int64" => value.TryGetInt64(out _),
        "double" => value.TryGetDouble(out _),
        _ => false,
    };
}
