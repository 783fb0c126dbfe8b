using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class ViolationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task MoreAtOnceThanAllowed_AreReported()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new() { MaxParallel = 2 });
        var released = new TaskCompletionSource();
        string[] ids = ["a", "b", "c", "d"];
        foreach (var id in ids) emulator.Server.Answer(id, _ => new RawAnswer(503) { HeldUntil = released.Task });

        var polls = ids.Select(emulator.PollAsync).ToList();
        foreach (var id in ids) await emulator.Server.WaitForPollsAsync(id, 1, EmulatorFixture.Patience);
        released.SetResult();
        await Task.WhenAll(polls).WaitAsync(EmulatorFixture.Patience, TestContext.Current.CancellationToken);

        emulator.Server.Report().Violations[Violation.TooParallel].ShouldBe(2);
        emulator.Server.Report().MostConnections.ShouldBe(4);
    }

    [Fact]
    public async Task APollWithoutAccept_IsReported()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Client.DefaultRequestHeaders.Accept.Clear();

        await emulator.StatusOfAsync("a");

        emulator.Server.Report().Violations[Violation.NoAccept].ShouldBe(1);
    }

    [Theory]
    [InlineData("7", 0.2, 6.9)]
    [InlineData("Thu, 15 Jan 2026 12:00:07 GMT", 0.2, 6.9)]
    public async Task APollOfTheKey_WhileItsRetryAfterRuns_IsReported(string retryAfter, double first, double last)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Answer("a", poll => poll > 1 ? null : RawAnswer.Json(429, "{}").WithHeader("Retry-After", retryAfter));
        await emulator.StatusOfAsync("a");

        // On the wire before it could be read.
        emulator.Time.Advance((first * Second) - TimeSpan.FromTicks(1));
        await emulator.StatusOfAsync("b");
        emulator.Server.Report().Violations[Violation.DuringRetryAfter].ShouldBe(0);

        emulator.Time.Advance(TimeSpan.FromTicks(1));
        await emulator.StatusOfAsync("c");
        emulator.Time.Advance((last - first) * Second);
        await emulator.StatusOfAsync("d");
        emulator.Time.Advance((7 - last) * Second);
        await emulator.StatusOfAsync("e");

        emulator.Server.Report().Violations[Violation.DuringRetryAfter].ShouldBe(2);
        emulator.Server.PollsOf("e").ShouldHaveSingleItem().Violations.ShouldBe(Violation.None);
    }

    [Theory]
    [InlineData(429, null)]
    [InlineData(429, "abc")]
    [InlineData(429, "-1")]
    [InlineData(429, "0")]
    [InlineData(429, "999999")]
    [InlineData(429, "Thu, 15 Jan 2026 11:00:00 GMT")]
    [InlineData(429, "Thu, 15 Jan 2036 12:00:00 GMT")]
    [InlineData(503, "7")]
    public async Task ARetryAfterThatNeedNotBeObeyed_HoldsNothingAgainstAnyone(int code, string? retryAfter)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var answer = RawAnswer.Json(code, "{}");
        emulator.Server.Answer("a", _ => retryAfter is null ? answer : answer.WithHeader("Retry-After", retryAfter));
        await emulator.StatusOfAsync("a");
        emulator.Time.Advance(Second);

        await emulator.StatusOfAsync("b");

        emulator.Server.Report().Violations[Violation.DuringRetryAfter].ShouldBe(0);
    }

    [Fact]
    public async Task ARetryAfterOfAFaultOrALimiter_CountsToo_AndForItsKeyAlone()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new() { Limits = new() { PerKey = new() { Requests = 1, RetryAfter = "5" } } });
        emulator.Server.Accept("another");
        await emulator.StatusOfAsync("a");
        (await emulator.StatusOfAsync("b")).ShouldBe("429");
        emulator.Time.Advance(2 * Second);
        await emulator.StatusOfAsync("c");

        emulator.Server.Report().Violations[Violation.DuringRetryAfter].ShouldBe(1);
        emulator.Client.DefaultRequestHeaders.Authorization = new("Bearer", "another");
        await emulator.StatusOfAsync("d");
        emulator.Server.Report().Violations[Violation.DuringRetryAfter].ShouldBe(1);

        emulator.Server.Faults.Add(new FaultRule { Id = "e", Does = new ThrottleFault { RetryAfter = "7" } });
        emulator.Time.Advance(Second);
        await emulator.StatusOfAsync("e");
        emulator.Time.Advance(Second);
        await emulator.StatusOfAsync("f");
        emulator.Server.Report().Violations[Violation.DuringRetryAfter].ShouldBe(2);
    }

    [Fact]
    public async Task ATaskCompletedWithoutALink_HasNotEnded()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(new() { Family = EmulatedFamily.Veo, Id = "a", Statuses = [EmulatedStatus.Completed], VideoUrl = "" });

        for (var i = 0; i < 3; i++)
        {
            (await emulator.StatusOfAsync("a")).ShouldBe("completed");
            emulator.Time.Advance(TimeSpan.FromMinutes(1));
        }

        emulator.Server.Report().Violations[Violation.AfterEnd].ShouldBe(0);
    }

    [Fact]
    public void AReport_CostsTheSame_HoweverManyPollsThereWere()
    {
        var clock = new MonotonicClock(new ManualTime());
        var options = new EmulatorOptions();
        var (ledger, tasks, keys) = (new PollLedger(), new EmulatedTasks(options, clock), new EmulatedKeys(options, clock));
        for (var i = 0; i < 300_000; i++)
        {
            var id = $"id_{i % 100_000}";
            var poll = ledger.Of(id).Begin(clock, Violation.NoAccept, Second);
            ledger.Tally.Begin(id, poll);
            poll.StatusCode = 200;
            ledger.Tally.Decide(poll, limited: false);
        }

        // Were each to look at every poll, this would take minutes.
        var reports = Enumerable.Range(0, 2000).Select(_ => EmulatorReport.Of(tasks, keys, ledger)).ToList();

        reports[^1].ShouldSatisfyAllConditions(
            report => report.Polls.ShouldBe(300_000),
            report => report.Violations[Violation.NoAccept].ShouldBe(300_000),
            report => report.Violations[Violation.TooEarly].ShouldBe(200_000),
            report => report.Answers.ShouldBe(new Dictionary<int, int> { [200] = 300_000 }),
            report => report.Examples.Count.ShouldBe(100));
        ledger.Gaps.Count().ShouldBe(100_000);
        ledger.Gaps.ShouldAllBe(gaps => gaps.Polls == 3);
    }
}
