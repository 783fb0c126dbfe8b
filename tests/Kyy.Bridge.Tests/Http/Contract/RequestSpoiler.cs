using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>Takes the well-formed request of an operation and spoils one thing of it, by a seed: the same seed spoils alike.</summary>
internal sealed class RequestSpoiler(int seed)
{
    private static readonly string[] OddTexts =
    [
        "", " ", "\0", "\u0001", "\r\n", "\u2028", "\ufeff", "\u202e", "💥", "null", "true", "0", "-1", "1e400", "NaN", "'; drop table bridge.tasks; --", "%00", "%ff",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", $"AQ{new string('A', 42)}", $"AQ{new string('_', 42)}", new('9', 19),
        "../../etc/passwd", "{}", "[]", "<script>", "${jndi:ldap://x}", new('a', 300), new('é', 600),
    ];

    private static readonly string[] OddJson =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "99999999999999999999999999", "\"\"", "\"x\"", "[]", "{}", "[[]]", "{\"a\":{\"a\":{}}}", "\"\\u0000\"",
        "\"\\ud800\"", "\"\\udc00\\ud800\"", "[null]", "[1,\"x\",{}]", "{\"\\ud800\":1}", "\"2026-13-45T99:99:99Z\"", "\"http://[::1\"", "\"http://user@host/\"",
        "\"http://[fe80::1%25eth0]/\"", "\"http://a\\u0000b/\"", "\"https://xn--/\"", "\"HTTPS://EXAMPLE.COM:99999/\"", "\"http://0x7f.1/\"", "\"http://ä..ö/\"",
        "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.999Z\"", "\"2026-11-26T00:00:00+14:00\"", "2147483648", "-2147483649", "{\"a\":\"x\\r\\ny: z\"}",
    ];

    private static readonly string[] OddPaths =
        ["%00", "%2e%2e", "..", "%ff%fe", "tsk_", "tsk_zzzzzzzzzzzzzzzzzzzzzzzzzz", "TSK_01J9ZVC5W0E6B8H2K4M6P8R0T2", "a%2Fb", "💥", "%25", "a;b=c", new('x', 3000), "evt_01j9zvc5w0e6b8h2k4m6p8r0t2"];

    private static readonly string[] OddTypes =
        ["text/plain", "application/xml", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application", "*/*"];

    private readonly Random _random = new(seed);

    /// <summary>A request that is spoilt.</summary>
    /// <param name="operation">What it would have been.</param>
    /// <param name="path">Where a thing is, for what is wrong elsewhere.</param>
    /// <param name="key">Who asks; null for nobody.</param>
    public RawRequest Spoil(ApiOperation operation, string path, string? key)
    {
        var request = new Draft(operation.Method, path, key, operation.BodyExample is { } body ? Encoding.UTF8.GetBytes(body) : null);
        Func<Draft, Draft>[] ways = operation.HasBody ? [Query, Header, Path, Member, Member, Deep, Deep, Bytes, Type, Nesting, Huge] : [Query, Query, Header, Path, Method];
        return ways[_random.Next(ways.Length)](request with { Operation = operation }).Written();
    }

    private Draft Query(Draft draft)
    {
        var names = draft.Operation!.Parameters.Where(parameter => parameter.GetProperty("in").ValueEquals("query"))
            .Select(parameter => parameter.GetProperty("name").GetString()!).Append("no_such_parameter").ToArray();
        var name = One(names);
        var value = Uri.EscapeDataString(One(OddTexts));
        var twice = _random.Next(4) == 0 ? $"&{name}={value}" : "";
        return draft with { How = $"the parameter {name}", Target = $"{draft.Target}?{name}={value}{twice}" };
    }

    private Draft Path(Draft draft)
    {
        var operation = draft.Operation!;
        var odd = One(OddPaths);
        var target = operation.IdKind is null ? $"{operation.Path}/{odd}" : operation.At(odd);
        // The server decodes a path itself, and refuses one that is none.
        return draft with { How = "the path", Target = target, IsHttp = !odd.Contains("%00", StringComparison.Ordinal) && odd.All(char.IsAscii) };
    }

    private Draft Header(Draft draft)
    {
        var (name, value) = One<(string, string)>(
        [
            ("Idempotency-Key", ""), ("Idempotency-Key", "a b"), ("Idempotency-Key", new string('k', 256)), ("Idempotency-Key", "ü"), ("Kyy-Client", "cli_x"),
            ("Kyy-Client", ""), ("Authorization", "Bearer"), ("Authorization", "Basic Zm9vOmJhcg=="), ("Accept", "application/xml"), ("Accept-Encoding", "identity;q=0"),
            ("Content-Encoding", "gzip"), ("Expect", "200-ok"), ("X-Forwarded-For", "not an address"), ("Cookie", "a=b; c"), ("Range", "bytes=9-1"), ("traceparent", "00-zz"),
            ("Last-Event-ID", "nonsense"), ("If-None-Match", "*"), ("X-HTTP-Method-Override", "DELETE"),
        ]);
        return draft with { How = $"the header {name}", Headers = $"{name}: {value}\r\n" };
    }

    private Draft Method(Draft draft) => draft with { How = "the method", Method = One<string>(["PROPFIND", "PATCH", "PUT", "HEADER", "OPTIONS", "TRACE"]) };

    private Draft Type(Draft draft) => draft with { How = "the content type", ContentType = One(OddTypes) };

    // A member more, less, twice or of another type; or the body as a whole.
    private Draft Member(Draft draft)
    {
        var json = JsonNode.Parse(draft.Body ?? "{}"u8.ToArray())!.AsObject();
        var name = json.Count == 0 ? "a" : One([.. json.Select(member => member.Key)]);
        var odd = One(OddJson);
        var rest = json.Where(member => member.Key != name).Select(member => $"{Quoted(member.Key)}:{member.Value?.ToJsonString() ?? "null"}");
        var text = _random.Next(5) switch
        {
            0 => odd,
            1 => $"{{{string.Join(',', rest)}}}",
            2 => $"{{{string.Join(',', rest.Append($"\"no_such_member\":{odd}"))}}}",
            3 => $"{{{string.Join(',', rest.Append($"{Quoted(name)}:{odd}").Append($"{Quoted(name)}:{odd}"))}}}",
            _ => $"{{{string.Join(',', rest.Append($"{Quoted(name)}:{odd}"))}}}",
        };
        return draft with { How = "a member", Body = Encoding.UTF8.GetBytes(text) };
    }

    // Something within the body is another value, or stands under another name.
    private Draft Deep(Draft draft)
    {
        const string Mark = "to be spoilt";
        var json = JsonNode.Parse(draft.Body ?? "{}"u8.ToArray())!;
        var odd = _random.Next(2) == 0 ? One(OddJson) : Quoted(One(OddTexts));
        var place = One([.. Within(json)]);
        if (place is JsonArray items) items[_random.Next(items.Count)] = Mark;
        else if (place is JsonObject { Count: > 0 } members && _random.Next(4) > 0) members[One([.. members.Select(member => member.Key)])] = Mark;
        else place[One(OddTexts)] = Mark;
        return draft with { How = "something within", Body = Encoding.UTF8.GetBytes(json.ToJsonString().Replace($"\"{Mark}\"", odd, StringComparison.Ordinal)) };
    }

    private static IEnumerable<JsonNode> Within(JsonNode? json) => json switch
    {
        JsonObject members => members.SelectMany(member => Within(member.Value)).Prepend(json),
        JsonArray { Count: > 0 } items => items.SelectMany(Within).Prepend(json),
        _ => [],
    };

    private Draft Bytes(Draft draft)
    {
        var bytes = draft.Body?.ToArray() ?? "{}"u8.ToArray();
        switch (_random.Next(5))
        {
            case 0: bytes = []; break;
            case 1: bytes = bytes[.._random.Next(bytes.Length)]; break;
            case 2: bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256); break;
            case 3: bytes = Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes)); break;
            default: _random.NextBytes(bytes); break;
        }

        return draft with { How = "its bytes", Body = bytes };
    }

    private Draft Nesting(Draft draft)
    {
        var depth = One<int>([65, 1_000, 50_000]);
        var text = $"{new string('[', depth)}{new string(']', depth)}";
        return draft with { How = "its depth", Body = Encoding.UTF8.GetBytes(_random.Next(2) == 0 ? text : $"{{\"metadata\":{text}}}") };
    }

    private Draft Huge(Draft draft)
    {
        var length = One<int>([200_000, 262_145, 1 << 20]);
        return draft with { How = "its size", Body = Encoding.UTF8.GetBytes($"{{\"task_id\":\"{new string('a', length)}\"}}") };
    }

    private T One<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString();

    private sealed record Draft(string Method, string Target, string? Key, byte[]? Body)
    {
        public ApiOperation? Operation { get; init; }

        public string How { get; init; } = "";

        public string Headers { get; init; } = "";

        public string ContentType { get; init; } = "application/json";

        public bool IsHttp { get; init; } = true;

        public RawRequest Written()
        {
            var authorization = Key is null || Headers.StartsWith("Authorization", StringComparison.Ordinal) ? "" : $"Authorization: Bearer {Key}\r\n";
            var length = Body is null ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Type: {ContentType}\r\nContent-Length: {Body.Length}\r\n");
            var head = $"{Method} {Target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{authorization}{Headers}{length}\r\n";
            return new(How, [.. Encoding.UTF8.GetBytes(head), .. Body ?? []], IsHttp) { IsEndless = Operation!.Path.EndsWith("/stream", StringComparison.Ordinal) };
        }
    }
}
