using System.Text;
using System.Text.Json.Nodes;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>The answer in JSON that is unusual or not quite JSON (E32).</summary>
internal sealed record OddJsonFault : AnswerFault
{
    public required JsonOddity Kind { get; init; }

    /// <summary>Those that every reader can read.</summary>
    private bool IsSound => Kind is not (JsonOddity.DuplicateKeys or JsonOddity.NonUtf8 or JsonOddity.LoneSurrogate);

    public override IAnswer Of(Asked asked)
    {
        var answer = asked.Ordinary(As);
        if (asked.Task is null) return answer;
        return answer with { Body = Change(Encoding.UTF8.GetString(answer.Body.Span)), EndsTask = answer.EndsTask && IsSound };
    }

    private ReadOnlyMemory<byte> Change(string json) => Kind switch
    {
        JsonOddity.ExtraKeys => Text($$"""{"request_id":"r-1","usage":{"credits":[1,2.5,null]},{{json[1..]}}"""),
        JsonOddity.Reordered => Text(Reversed(JsonNode.Parse(json)!.AsObject()).ToJsonString()),
        JsonOddity.DuplicateKeys => Text($$"""{"status":"queued","id":"another",{{json[1..]}}"""),
        JsonOddity.Bom => Text("\uFEFF" + json),
        JsonOddity.Crlf => Text($"\r\n{json.Replace(",\"", ",\r\n  \"", StringComparison.Ordinal)}\r\n"),
        JsonOddity.EscapedSlashes => Text(json.Replace("/", "\\/", StringComparison.Ordinal)),
        JsonOddity.NonUtf8 => (byte[])[.. "{\"note\":\""u8, 0xFF, 0xC3, 0x28, .. Encoding.UTF8.GetBytes($"\",{json[1..]}")],
        JsonOddity.LoneSurrogate => Text($$"""{"note":"\uD83C \uDF89\uD800",{{json[1..]}}"""),
        _ => throw new InvalidOperationException($"{Kind}"),
    };

    private static JsonObject Reversed(JsonObject json) =>
        [.. json.Reverse().Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))];

    private static ReadOnlyMemory<byte> Text(string text) => Encoding.UTF8.GetBytes(text);
}

internal enum JsonOddity
{
    ExtraKeys,
    Reordered,

    /// <summary>A status and an id that contradict those that follow.</summary>
    DuplicateKeys,
    Bom,
    Crlf,
    EscapedSlashes,
    NonUtf8,
    LoneSurrogate,
}
