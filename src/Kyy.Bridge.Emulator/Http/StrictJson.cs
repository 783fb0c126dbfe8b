using System.Text.Json;

namespace Kyy.Bridge.Emulator.Http;

/// <summary>Reads what a person has written, and says what is wrong with it in words that name the place.</summary>
internal static class StrictJson
{
    /// <exception cref="ArgumentException">It is no JSON, or not of that form.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Wire.Json) ?? throw new JsonException("null is not enough.");
        }
        catch (JsonException wrong)
        {
            throw new ArgumentException(MessageOf(wrong), wrong);
        }
        catch (NotSupportedException wrong)
        {
            // The library's word for a polymorphic object that does not say what it is.
            throw new ArgumentException("An object under 'does' needs a 'fault'.", wrong);
        }
    }

    /// <exception cref="ArgumentException">It is no JSON, or not of that form.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return Read<T>(body.ToArray());
    }

    /// <summary>The library speaks of a .NET type, which whoever has written the JSON need not know.</summary>
    private static string MessageOf(JsonException wrong) =>
        wrong.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal)
            ? $"{wrong.Path}: there is no such member."
            : wrong.Message;
}
