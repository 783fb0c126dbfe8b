using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>
/// Says by other means than the reader which end an answer may be taken for: over the tokens of the same bytes, and with every member
/// that is there twice looked at twice.
/// </summary>
internal static class AnswerOracle
{
    private static readonly Dictionary<string, string> _ends = new()
    {
        ["completed"] = "completed",
        ["succeeded"] = "completed",
        ["failed"] = "failed",
        ["cancelled"] = "cancelled",
        ["canceled"] = "cancelled",
        ["expired"] = "expired",
    };

    /// <summary>The word of the end that the answer tells of the asked task; null where it tells of none.</summary>
    public static string? End(GeneratedAnswer answer)
    {
        if (answer.StatusCode is not (200 or 201 or 203) || Members(answer.Body) is not { } root) return null;
        return root["id"].Any() || root["code"].All(code => code.Kind == JsonTokenType.Null)
            ? EndOf(root, answer.AskedId)
            : root["code"].All(IsSuccess) && root["data"].Select(data => data.Raw).Distinct().Count() == 1
            && Members(Encoding.Latin1.GetBytes(root["data"].First().Raw)) is { } data ? EndOf(data, answer.AskedId) : null;
    }

    /// <summary>Whether nothing in the answer is there twice, so that <see cref="End"/> leaves no room for caution.</summary>
    public static bool IsPlain(GeneratedAnswer answer) =>
        Members(answer.Body) is { } root && IsPlain(root)
        && root["data"].All(data => Members(Encoding.Latin1.GetBytes(data.Raw)) is not { } inner || IsPlain(inner));

    private static bool IsPlain(ILookup<string, Member> members) => members.All(member => member.Count() == 1);

    private static string? EndOf(ILookup<string, Member> task, string askedId) =>
        task["id"].Any()
        && task["id"].All(id => id.Text == askedId && id.Kind is JsonTokenType.String or JsonTokenType.Number)
        && task["object"].All(kind => kind.Kind == JsonTokenType.Null || Word(kind) is "video" or "")
        && task["status"].Select(Word).Distinct().ToArray() is [var word] ? _ends.GetValueOrDefault(word) : null;

    private static bool IsSuccess(Member code) =>
        double.TryParse(code.Text, CultureInfo.InvariantCulture, out var number) && number is 0 or 200;

    private static string Word(Member member) =>
        member.Kind == JsonTokenType.String ? member.Text.Trim().ToLowerInvariant() : $"({member.Kind})";

    // Null where the bytes are no JSON object.
    private static ILookup<string, Member>? Members(byte[] bytes)
    {
        var json = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(3) : bytes;
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? Read(ref reader, json).ToLookup(m => m.Name) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<Member> Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var members = new List<Member>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = TextOf(ref reader);
            reader.Read();
            var (kind, text, start) = (reader.TokenType, TextOf(ref reader), (int)reader.TokenStartIndex);
            reader.Skip();
            members.Add(new(name, kind, text, Encoding.Latin1.GetString(json[start..(int)reader.BytesConsumed])));
        }

        // What follows the object makes it none, and throws.
        while (reader.Read())
        {
        }

        return members;
    }

    // What is no text in any encoding equals nothing that is asked for.
    private static string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                ? reader.GetString()!
                : Encoding.UTF8.GetString(reader.ValueSpan);
        }
        catch (InvalidOperationException)
        {
            return "\uffff";
        }
    }

    private sealed record Member(string Name, JsonTokenType Kind, string Text, string Raw);
}
