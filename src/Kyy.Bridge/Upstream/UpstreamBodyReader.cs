using System.Text.Json;

namespace Kyy.Bridge.Upstream;

/// <summary>The body of a successful HTTP answer: unwrapped, checked for whose it is, and only then read for its status.</summary>
internal static class UpstreamBodyReader
{
    /// <summary>The longest body that is read; documented ones have about 200 bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    public static UpstreamReply Read(in UpstreamAnswer answer)
    {
        if (answer.Content.Length > MaxBytes) return new UpstreamReply.Unreachable(UnreachableKind.TooLarge);
        return DocumentedAnswer.Read(answer) ?? ReadAny(answer);
    }

    /// <summary>Of any form, in whatever order and however it is written.</summary>
    internal static UpstreamReply ReadAny(in UpstreamAnswer answer)
    {
        using var document = Parse(answer.Content);
        if (document is not { RootElement.ValueKind: JsonValueKind.Object }) return new UpstreamReply.Unreachable(UnreachableKind.BadBody);
        var body = new JsonMembers(document.RootElement);
        // Sibling endpoints wrap their answers in {code,msg,data}. A documented answer has an id and no code.
        return body["code"] is not null && !body.Has("id") ? ReadEnvelope(body, answer) : ReadTask(body, answer);
    }

    // Documented answers have one level, an envelope makes it two, an error object three.
    private static readonly JsonDocumentOptions _bounds = new() { MaxDepth = 64 };

    private static JsonDocument? Parse(ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        try
        {
            return JsonDocument.Parse(content.Span.StartsWith(byteOrderMark) ? content[byteOrderMark.Length..] : content, _bounds);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static UpstreamReply ReadEnvelope(JsonMembers envelope, in UpstreamAnswer answer)
    {
        if (envelope.Contradicts("code") || envelope.Contradicts("data")) return NotUnderstood(NotUnderstoodReason.Contradiction);
        var code = JsonScalar.Number(envelope["code"]);
        return (envelope["data"], code) switch
        {
            ({ ValueKind: JsonValueKind.Object } data, 0 or 200) => ReadTask(new JsonMembers(data), answer),
            ({ } data, _) when !IsEmpty(data) => NotUnderstood(NotUnderstoodReason.Envelope),
            // A code borrowed from HTTP means what it means there: a refused key comes as 200 with 401 inside.
            (_, >= 400 and < 600) => UpstreamReplyReader.Read(answer with { StatusCode = (int)code }),
            (null, 0 or 200) or (_, -1) => new UpstreamReply.NotFound(answer.StatusCode),
            // A code of its own without data may say anything, "busy" for instance.
            _ => NotUnderstood(NotUnderstoodReason.Envelope),
        };
    }

    // Gateways differ in what they put where there is nothing.
    private static bool IsEmpty(JsonElement data) => JsonScalar.Text(data) is "" or "{}" or "[]";

    private static UpstreamReply ReadTask(JsonMembers task, in UpstreamAnswer answer)
    {
        if (task.Contradicts("object") || task.Contradicts("id") || task.Contradicts("status"))
            return NotUnderstood(NotUnderstoodReason.Contradiction);
        if (IsOfNoTask(task)) return new UpstreamReply.NotFound(answer.StatusCode);
        if (WhyNotOurs(task, answer.AskedId) is { } reason) return new UpstreamReply.NotOurs(reason);
        var facts = UpstreamFactsReader.Read(task, answer.Mask, answer.Now);
        var reply = ReadStatus(JsonScalar.Text(task["status"]), VideoLinks.Candidates(task["video_url"]), answer.Mask, facts);
        // "Echoes the right id when present" is enough to keep waiting. To end a task, it has to be present.
        return reply is UpstreamReply.Reading and not UpstreamReply.Waiting && !task.Has("id")
            ? new UpstreamReply.NotOurs(NotOursReason.MissingId)
            : reply;
    }

    // The create call's failure: "failed" and an error object, of no task. Whoever answers an unknown id so says that there is none.
    private static bool IsOfNoTask(JsonMembers task) => task.Has("id") && task["id"] is null && Word(task["object"]) is (null or "video" or "error");

    private static NotOursReason? WhyNotOurs(JsonMembers task, string askedId) => (Word(task["object"]), task["id"]) switch
    {
        ("error", _) => NotOursReason.ErrorObject,
        (not (null or "video"), _) => NotOursReason.ForeignObject,
        (_, { ValueKind: not (JsonValueKind.String or JsonValueKind.Number) }) => NotOursReason.ForeignId,
        (_, { } id) when JsonScalar.Text(id) != askedId => NotOursReason.ForeignId,
        _ => null,
    };

    /// <summary>What the status means, for a task that is known to be the asked one.</summary>
    internal static UpstreamReply ReadStatus(
        string? status, IEnumerable<string> links, KeyMask mask, UpstreamFacts facts) => Word(status) switch
        {
            "queued" or "pending" => new UpstreamReply.Waiting(WaitingStatus.Queued, facts),
            "processing" or "running" or "in_progress" => new UpstreamReply.Waiting(WaitingStatus.Processing, facts),
            "completed" or "succeeded" => ReadLinks(links, mask, facts),
            "failed" => new UpstreamReply.Failed(facts),
            "cancelled" or "canceled" => new UpstreamReply.Cancelled(facts),
            "expired" => new UpstreamReply.Expired(facts),
            null => new UpstreamReply.NotUnderstood(NotUnderstoodReason.StatusMissing, facts),
            _ => new UpstreamReply.NotUnderstood(NotUnderstoodReason.StatusUnknown, facts),
        };

    private static UpstreamReply.Reading ReadLinks(IEnumerable<string> candidates, KeyMask mask, UpstreamFacts facts)
    {
        var links = VideoLinks.Of(candidates, mask);
        facts = facts with { Warnings = links.Warnings };
        return links.Accepted.IsEmpty
            ? new UpstreamReply.CompletedWithoutUrl(facts)
            : new UpstreamReply.Completed(links.Accepted, facts);
    }

    private static string? Word(JsonElement? element) => Word(JsonScalar.Text(element));

    private static string? Word(string? written) => written?.Trim() is { Length: > 0 } text ? text.ToLowerInvariant() : null;

    private static UpstreamReply.NotUnderstood NotUnderstood(NotUnderstoodReason reason) => new(reason, UpstreamFacts.None);
}
