using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>
/// Answers of an upstream that may do anything: bytes, JSON, and documents near the documented one, right and wrong in every member.
/// For properties of whatever reads answers; <see cref="Answers.Key"/> is the key that was sent.
/// </summary>
internal static class GeneratedAnswers
{
    private static readonly string[] _askedIds = ["video_1", "proj_1234567890", "12345", "视频/1", "a b"];

    /// <summary>Words of an end, as the contract's rule 6 lists them, with the word that each of them means.</summary>
    private static readonly (string Word, string End)[] _ends =
    [
        ("completed", "completed"), ("succeeded", "completed"), ("failed", "failed"), ("cancelled", "cancelled"), ("canceled", "cancelled"),
        ("expired", "expired"),
    ];

    /// <summary>Anything at all.</summary>
    public static Arbitrary<GeneratedAnswer> Any { get; } = Arb.From(
        from id in Gen.Elements(_askedIds)
        from code in Gen.Frequency(
            (6, Gen.Constant(200)), (2, Gen.Elements(201, 202, 204, 304, 302, 400, 401, 403, 404, 410, 429, 500, 503)),
            (1, Gen.Choose(-1, 1000)))
        from retryAfter in RetryAfter.ListOf(2)
        from body in Body(id)
        select new GeneratedAnswer(id, code, [.. retryAfter], body),
        GeneratedAnswer.Simpler);

    /// <summary>Well-formed ends of the asked task, in every permitted way of writing one, with the word that each of them means.</summary>
    public static Arbitrary<(GeneratedAnswer Answer, string End)> Ends { get; } = Arb.From(
        from asked in Gen.Elements(_askedIds)
        from end in Gen.Elements(_ends)
        from id in GeneratedJson.String(asked)
        from status in Gen.OneOf(GeneratedJson.String(end.Word), Gen.Elements($"\" {end.Word.ToUpperInvariant()} \"", $"\"{end.Word}\\n\""))
        from kind in Gen.Elements("\"object\":\"video\"", "\"object\":null", "\"object\":\"Video\"", "\"x\":0")
        from rest in Gen.CollectToList([
            Member("error"), Member("video_url"), Member("actualDuration"), Member("created"), Member("model"), Member("é")])
        from members in Gen.Shuffle<string>([$"\"id\":{id}", $"\"status\":{status}", kind, .. rest])
        from wrap in Gen.Elements(
            "{0}", "\ufeff{0}", " \r\n{0}\t", """{{"code":0,"msg":"ok","data":{0}}}""", """{{"data":{0},"code":"200"}}""")
        from code in Gen.Elements(200, 201, 203)
        let body = string.Format(null, wrap, $"{{{string.Join(',', members)}}}")
        select (new GeneratedAnswer(asked, code, [], Encoding.UTF8.GetBytes(body)), end.End));

    private static Gen<string> RetryAfter { get; } = Gen.Elements(
        "7", "-1", "0", "abc", "", "7, 9", "Fri, 20 Nov 2026 12:01:00 GMT", "Fri, 20 Nov 2036 12:00:00 GMT", "99999999999", "\0", "\ud800");

    private static Gen<byte[]> Body(string id) => Gen.Frequency(
        (1, ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => bytes ?? [])),
        (1, GeneratedJson.Value.Select(Encoding.UTF8.GetBytes)),
        (6, Document(id).Select(Encoding.UTF8.GetBytes)),
        (2, Document(id).SelectMany(text => Damaged(Encoding.UTF8.GetBytes(text)))),
        (1, GeneratedJson.KeyWithinText.Select(key => Encoding.UTF8.GetBytes($"<html>{key} <a href='/a?sig=secret'>{key}</a></html>"))));

    private static Gen<string> Document(string id) =>
        from task in Task(id)
        from inner in Task(id)
        from code in Gen.Elements("0", "\"0\"", "200", "-1", "401", "404", "429", "500", "\"x\"", "null", "1e999")
        from wrap in Gen.Frequency(
            (6, Gen.Constant("{0}")),
            (2, Gen.Constant("""{{"code":{2},"msg":"m","data":{0}}}""")),
            (1, Gen.Elements(
                """{{"code":{2},"data":{0},"data":{1}}}""", """{{"code":{2},"data":{0},"code":0}}""",
                """{{"code":{2},"id":"video_1","data":{0}}}""",
                "[{0}]", "{0}{1}", "\ufeff{0}", "\r\n {0} \t", "{{\"x\":{0},\"status\":\"failed\"}}", "{0} // end")))
        select string.Format(null, wrap, task, inner, code);

    // Mostly each member once; sometimes one of them again, or one too few.
    private static Gen<string> Task(string id) =>
        from members in Gen.CollectToList([
            Member("id", Id(id)), Member("object", Object), Member("status", Status), Member("created"), Member("model"),
            Member("video_url"), Member("actualDuration"), Member("error")])
        from again in Gen.Frequency(
            (5, Gen.Constant("")), (1, Member("status", Status)), (1, Member("id", Id(id))), (1, Member("object", Object)))
        from without in Gen.Frequency((5, Gen.Constant(-1)), (1, Gen.Choose(0, 7)))
        from order in Gen.Shuffle<string>([.. members.Where((_, at) => at != without), again])
        select $"{{{string.Join(',', order.Where(member => member.Length > 0))}}}";

    private static Gen<string> Member(string name) => Member(name, GeneratedJson.Value);

    private static Gen<string> Member(string name, Gen<string> value) =>
        from written in Gen.Frequency((8, Gen.Constant(name)), (1, Gen.Constant(GeneratedJson.Escaped(name))))
        from json in value
        select $"\"{written}\":{json}";

    private static Gen<string> Id(string id) => Gen.Frequency(
        (8, GeneratedJson.String(id)),
        (1, Gen.Elements(
            "null", "\"video_2\"", "\"\"", "12345", "1", "true", "[]", "{}", $"[\"{id}\"]", $"\"{id.ToUpperInvariant()}\"", $"\" {id}\"")));

    private static Gen<string> Object { get; } = Gen.Frequency(
        (6, Gen.Constant("\"video\"")),
        (1, Gen.Elements("null", "\"error\"", "\"image.generation\"", "\"VIDEO\"", "\" video\"", "{}", "1")));

    private static Gen<string> Status { get; } = Gen.Frequency(
        (6, Gen.Elements(_ends).SelectMany(end => GeneratedJson.String(end.Word))),
        (2, Gen.Elements(
            "\"queued\"", "\"processing\"", "\"running\"", "\" COMPLETED \"", "\"Failed\"", "\"failed!\"", "\"\"", "\"pau\\ud800sed\"")),
        (1, GeneratedJson.Value));

    private static Gen<byte[]> Damaged(byte[] body) =>
        from at in Gen.Choose(0, body.Length - 1)
        from length in Gen.Choose(1, Math.Min(12, body.Length - at))
        from kind in Gen.Choose(0, 4)
        from other in Gen.Choose(0, 255)
        select (byte[])(kind switch
        {
            0 => body[..at],
            1 => [.. body[..at], .. body[(at + length)..]],
            2 => [.. body[..at], .. body[at..(at + length)], .. body[at..]],
            3 => [.. body[..at], (byte)other, .. body[(at + 1)..]],
            _ => [.. body[..at], .. "\\ud800"u8, .. body[at..]],
        });
}
