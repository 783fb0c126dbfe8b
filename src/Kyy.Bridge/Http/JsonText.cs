using System.Runtime.InteropServices;
using System.Text.Json;

namespace Kyy.Bridge.Http;

/// <summary>
/// Reads texts out of JSON that may hold half of a surrogate pair (<c>"\ud800"</c>): valid JSON, but no text. The framework
/// notices only when the text is asked for, and then throws what would be a 500.
/// </summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false };

    /// <summary>The text of a string; null where it is none.</summary>
    public static string? Read(JsonElement text) => Try(text, static element => element.GetString());

    /// <summary>Whether the names of an object's own members are texts. Only an escape can make one that is not.</summary>
    public static bool HasReadableNames(JsonElement value) =>
        !HasEscapes(value)
        || value.EnumerateObject().All(member => Try(member, static named => named.Name) is not null);

    /// <summary>What keeps an object from being read alike by every reader; null where nothing does.</summary>
    public static string? Fault(JsonElement value)
    {
        if (HasEscapes(value) && !IsReadable(value)) return "must not hold half of a surrogate pair";
        try
        {
            using var strict = JsonDocument.Parse(JsonMarshal.GetRawUtf8Value(value).ToArray(), NoDuplicates);
            return null;
        }
        catch (JsonException)
        {
            return "must not hold a member twice";
        }
    }

    private static bool HasEscapes(JsonElement value) => JsonMarshal.GetRawUtf8Value(value).IndexOf("\\u"u8) >= 0;

    private static bool IsReadable(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Read(value) is not null,
        JsonValueKind.Array => value.EnumerateArray().All(IsReadable),
        JsonValueKind.Object => HasReadableNames(value) && value.EnumerateObject().All(member => IsReadable(member.Value)),
        _ => true,
    };

    private static string? Try<T>(T source, Func<T, string?> read)
    {
        try
        {
            return read(source);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
