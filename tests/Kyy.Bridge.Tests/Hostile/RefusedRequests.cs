using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream.Faults;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>Codes that refuse, and bodies that are no answer: E1 to E8, E21, E25 to E29.</summary>
internal static class RefusedRequests
{
    public static readonly ImmutableArray<Misbehaviour> All =
    [
        Once("E1", "429 without Retry-After", new ThrottleFault()),
        Once("E2", "429 with Retry-After in seconds", new ThrottleFault { RetryAfter = "7" }),
        Once("E3", "429 with a date ahead", new ThrottleFault { RetryAfterDate = TimeSpan.FromSeconds(7) }),
        Once("E3", "429 with a date in the past", new ThrottleFault { RetryAfterDate = TimeSpan.FromHours(-1) }),
        Once("E3", "429 with a date ten years ahead", new ThrottleFault { RetryAfterDate = TimeSpan.FromDays(3653) }),
        Once("E3", "429 with -1", new ThrottleFault { RetryAfter = "-1" }),
        Once("E3", "429 with abc", new ThrottleFault { RetryAfter = "abc" }),
        .. new[] { 500, 502, 503, 504, 520, 521, 522, 523, 524 }.Select(code => Once("E4", $"{code}", new StatusFault { Code = code })),
        Once("E4", "503 with Retry-After", new StatusFault { Code = 503, RetryAfter = "2" }),
        Once("E5", "200 with a page", new HtmlFault()),
        Once("E5", "200 with a page labelled JSON", new HtmlFault { ContentType = "application/json" }),
        Once("E5", "502 with a page", new HtmlFault { Code = 502 }),
        Once("E6", "cut off, with the length of the part", new TruncatedFault()),
        Once("E6", "cut off, with the length of the whole", new TruncatedFault { Length = TruncatedLength.Full }),
        .. new[] { 200, 204, 202, 304 }.Select(code => Once("E7", $"{code} without content", new EmptyFault { Code = code })),
        .. new[] { "null", "[]", "\"completed\"", "1" }.Select(json => Once("E8", json, new JsonValueFault { Value = Fault.Json(json) })),
        .. from code in new[] { 301, 302, 307, 308 }
           from to in Enum.GetValues<RedirectTarget>()
           select Once("E21", $"{code} to {to}", new RedirectFault { Code = code, To = to }),
        new("E25", "the key is revoked from its fifth poll on") { Rules = [new() { FromCall = 5, Does = new KeyRefusedFault() }] },
        new("E25", "401 on one id") { Rules = [new() { Id = "*_notYours", Does = new KeyRefusedFault() }] },
        new("E25", "the key is refused within a 200") { Rules = [new() { Does = new KeyRefusedFault { Envelope = true } }] },
        new("E26", "402") { Rules = [new() { Does = new KeyRefusedFault { Code = 402 } }] },
        new("E26", "403") { Rules = [new() { Does = new KeyRefusedFault { Code = 403 } }] },
        new("E27", "404 in the first seconds") { Rules = [new() { YoungerThan = TimeSpan.FromSeconds(30), Does = new NotFoundFault() }] },
        .. Enum.GetValues<NotFoundForm>().Select(form => new Misbehaviour("E28", $"not there, said by {form}")
        {
            Rules = [new() { Does = new NotFoundFault { Form = form } }],
        }),
        new("E28", "not there any more") { Rules = [new() { OlderThan = TimeSpan.FromHours(24), Does = new NotFoundFault() }] },
        new("E29", "no route") { Rules = [new() { Does = new NoRouteFault() }] },
    ];

    /// <summary>A fault of the first poll of each id: what follows is ordinary.</summary>
    public static Misbehaviour Once(string number, string name, Fault fault) =>
        new(number, name) { Rules = [new() { ToPoll = 1, Does = fault }] };
}
