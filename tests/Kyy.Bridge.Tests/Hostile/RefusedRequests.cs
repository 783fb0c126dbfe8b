using System.Collections.Immutable;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using static Kyy.Bridge.Tests.Hostile.Expected;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>Codes that refuse, and bodies that are no answer: E1 to E8, E21, E25 to E29.</summary>
internal static class RefusedRequests
{
    // The first pause that is the bridge's own: a thirtieth of the minimum interval, lengthened by up to a fifth.
    private static readonly Expected ThrottledForAMoment = Throttled(0.06, 0.09);

    public static readonly ImmutableArray<Misbehaviour> All =
    [
        Once("E1", "429 without Retry-After", new ThrottleFault(), ThrottledForAMoment),
        Once("E2", "429 with Retry-After in seconds", new ThrottleFault { RetryAfter = "7" }, Throttled(6.9, 7.1)),
        Once("E3", "429 with a date ahead", new ThrottleFault { RetryAfterDate = TimeSpan.FromSeconds(7) }, Throttled(5.5, 7.1)),
        Once("E3", "429 with a date in the past", new ThrottleFault { RetryAfterDate = TimeSpan.FromHours(-1) }, ThrottledForAMoment),
        Once("E3", "429 with a date ten years ahead", new ThrottleFault { RetryAfterDate = TimeSpan.FromDays(3653) }, ThrottledForAMoment),
        Once("E3", "429 with -1", new ThrottleFault { RetryAfter = "-1" }, ThrottledForAMoment),
        Once("E3", "429 with abc", new ThrottleFault { RetryAfter = "abc" }, ThrottledForAMoment),
        .. new[] { 500, 502, 503, 504, 520, 521, 522, 523, 524 }
            .Select(code => Once("E4", $"{code}", new StatusFault { Code = code }, TroubleOfTheLane($"server_error {code}"))),
        Once("E4", "503 with Retry-After", new StatusFault { Code = 503, RetryAfter = "2" }, TroubleOfTheLane("server_error 503")),
        Once("E5", "200 with a page", new HtmlFault(), TroubleOfTheLane("bad_body")),
        Once("E5", "200 with a page labelled JSON", new HtmlFault { ContentType = "application/json" }, TroubleOfTheLane("bad_body")),
        Once("E5", "502 with a page", new HtmlFault { Code = 502 }, TroubleOfTheLane("server_error 502")),
        Once("E6", "cut off, with the length of the part", new TruncatedFault(), TroubleOfTheLane("bad_body")),
        Once("E6", "cut off, with the length of the whole", new TruncatedFault { Length = TruncatedLength.Full },
            TroubleOfTheLane("reset")),
        Once("E7", "200 without content", new EmptyFault(), TroubleOfTheLane("bad_body")),
        .. new[] { 204, 202, 304 }.Select(code => Once("E7", $"{code} without content", new EmptyFault { Code = code }, Nothing)),
        .. new[] { "null", "[]", "\"completed\"", "1" }
            .Select(json => Once("E8", json, new JsonValueFault { Value = Fault.Json(json) }, TroubleOfTheLane("bad_body"))),
        .. from code in new[] { 301, 302, 307, 308 }
           from to in Enum.GetValues<RedirectTarget>()
           select Once("E21", $"{code} to {to}", new RedirectFault { Code = code, To = to }, TroubleOfTheLane($"redirected {code}")),
        new("E25", "the key is revoked from its fifth poll on", Rejected(401))
        {
            Rules = [new() { FromCall = 5, Does = new KeyRefusedFault() }],
            OfTheKey = true,
            Others = 3,
            PollsOfOthers = 4,
            Statuses = [EmulatedStatus.Processing, EmulatedStatus.Processing, EmulatedStatus.Processing, EmulatedStatus.Completed],
            Remedy = Remedy.NewKey,
        },
        new("E25", "401 on some ids", Lost(TaskErrorCodes.UpstreamForbidden, "forbidden 401") with { Lane = "key_refused 401" })
        {
            Rules = [new() { Id = "*_notYours", Does = new KeyRefusedFault() }],
            Others = 3,
            PollsOfOthers = 7,
        },
        // The key is blamed where the second is refused before another one is answered.
        new("E25", "401 on two ids of several", Lost(TaskErrorCodes.UpstreamForbidden, "forbidden 401") with
        {
            Lane = "key_refused 401",
            Pause = new("key_refused", 401) { IsRejection = true, DependsOnOrder = true },
        })
        {
            Rules = [new() { Id = "*_notYours", Does = new KeyRefusedFault() }],
            Others = 5,
            OthersAffected = 1,
            PollsOfOthers = 8,
        },
        OfAKey("E25", "the key is refused within a 200", new KeyRefusedFault { Envelope = true }, Rejected(401)),
        OfAKey("E26", "402", new KeyRefusedFault { Code = 402 }, Rejected(402)),
        // Its deadline passes meanwhile.
        OfAKey("E26", "403", new KeyRefusedFault { Code = 403 }, Rejected(403)) with { Family = EmulatedFamily.Sd2Manxue },
        // Three in a row: more than a task survives that is not young any more.
        new("E27", "404 in the first seconds", new() { Polls = null, Own = "not_found 404" })
        {
            Rules = [new() { YoungerThan = TimeSpan.FromSeconds(80), Does = new NotFoundFault() }],
            Family = EmulatedFamily.Videos,
        },
        Missing(NotFoundForm.Message, Lost(TaskErrorCodes.UpstreamNotFound, "not_found 404")),
        Missing(NotFoundForm.Envelope, Lost(TaskErrorCodes.UpstreamNotFound, "not_found 200")),
        Missing(NotFoundForm.NullId, Lost(TaskErrorCodes.UpstreamNotFound, "not_found 200")),
        new("E28", "not there any more", Ends(TaskStatuses.Expired, null, TaskErrorCodes.UpstreamExpired) with { Own = "not_found 404" })
        {
            Rules = [new() { OlderThan = TimeSpan.FromHours(24), Does = new NotFoundFault() }],
            Family = EmulatedFamily.Seedance15,
            CreatedBefore = TimeSpan.FromHours(24) - TimeSpan.FromSeconds(45),
            Statuses = [EmulatedStatus.Processing],
        },
        OfAKey("E29", "no route", new NoRouteFault(), new() { Polls = null, Lane = "wrong_route 404" }),
    ];

    /// <summary>A fault of the first poll of the task: what follows is ordinary.</summary>
    public static Misbehaviour Once(string number, string name, Fault fault, Expected expect) =>
        new(number, name, expect) { Rules = [new() { ToPoll = 1, Does = fault }] };

    private static Misbehaviour OfAKey(string number, string name, Fault fault, Expected expect) =>
        new(number, name, expect) { Rules = [new() { Does = fault }], OfTheKey = true, Remedy = Remedy.RulesGo };

    private static Misbehaviour Missing(NotFoundForm form, Expected expect) =>
        new("E28", $"not there, said by {form}", expect)
        {
            Rules = [new() { Does = new NotFoundFault { Form = form } }],
            PollsOfOthers = 4,
        };
}
