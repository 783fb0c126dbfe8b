using System.Buffers;
using System.Text.Json;
using Kyy.Bridge.Http;

namespace Kyy.Bridge.Endpoints;

/// <summary>The further headers that an endpoint's requests carry, and which ones may be.</summary>
internal static class ExtraHeaders
{
    public const int Most = 20, LongestName = 256, LongestValue = 1_024;

    private const string Member = "headers";

    // RFC 9110, 5.6.2.
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Ours, those of the message itself, of one connection, and those by which proxies are told apart from clients.</summary>
    private static readonly string[] Reserved =
    [
        "host", "user-agent", "cookie", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
        "expect", "forwarded", "traceparent", "tracestate", "baggage",
    ];

    private static readonly string[] ReservedPrefixes = ["webhook-", "content-", "x-forwarded-", "proxy-", "kyy-"];

    /// <summary>Reads the member; null where it is not there or null.</summary>
    public static KeyValuePair<string, string>[]? Read(MemberReader members)
    {
        if (members.Object(Member, JsonBody.MaxBytes) is not { } json) return null;

        using var document = JsonDocument.Parse(json);
        KeyValuePair<string, string>[] headers =
        [
            .. document.RootElement.EnumerateObject().Take(Most + 1)
                .Select(member => KeyValuePair.Create(member.Name, Value(member.Value))),
        ];
        if (headers.Length > Most) members.Fault(Member, $"must be {Most} at most");
        if (headers.DistinctBy(header => header.Key, StringComparer.OrdinalIgnoreCase).Count() < headers.Length)
            members.Fault(Member, "must not name one twice, whatever the case");
        foreach (var (name, value) in headers) Check(members, name, value);
        return headers;
    }

    /// <summary>What is wrong with a header's name; null where nothing is.</summary>
    public static string? NameFault(string name)
    {
        if (name.Length is 0 or > LongestName || name.AsSpan().ContainsAnyExcept(Token))
            return $"must have a token of 1 to {LongestName} characters for its name";
        return Reserved.Contains(name, StringComparer.OrdinalIgnoreCase)
            || ReservedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            ? "must not be one that the service sends itself or that belongs to the connection"
            : null;
    }

    /// <summary>What is wrong with a header's value; null where nothing is. It is never quoted.</summary>
    public static string? ValueFault(string value) =>
        value.Length is > 0 and <= LongestValue && value[0] != ' ' && value[^1] != ' ' && !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? null
            : $"must be text of 1 to {LongestValue} visible ASCII characters, with spaces between them only";

    // Anything but text has the fault of an empty one.
    private static string Value(JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

    private static void Check(MemberReader members, string name, string value)
    {
        // A name that is none may be anything, and long: it is told by its place only.
        if (NameFault(name) is { } fault) members.Fault(name.Length is 0 or > 64 ? Member : $"{Member}.{name}", fault);
        else if (ValueFault(value) is { } wrong) members.Fault($"{Member}.{name}", wrong);
    }
}
