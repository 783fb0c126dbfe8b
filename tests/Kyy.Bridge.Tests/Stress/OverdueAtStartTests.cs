using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Limits;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Stress;

/// <summary>A process that starts and finds everything overdue: no burst, no gap under the minimum, and everybody has their turn.</summary>
[Collection(nameof(AloneOnTheMachine))]
[Trait(Soak.Trait, "overdue")]
public sealed class OverdueAtStartTests(PostgresServer server)
{
    private const int LargestBatch = 10_000;

    // 100,000 tasks at 200 requests a second; scaled, both numbers together.
    private static readonly int Count = Soak.Of(5_000, 100_000), Rate = Soak.Of(2_000, 200);
    private static readonly double TimeScale = Soak.Of(World.TimeScale, 1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Soak.Of(60, 900)), Second = TimeSpan.FromSeconds(1);

    // What of the granted rate is used: the rest keeps bunches from being met by 429.
    private static TimeSpan Budgeted => Second * (Count / (Rate * BudgetRate.Used));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_overdue_at_start_is_polled_in_an_even_flow_within_the_budget()
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var upstream = await EmulatorServer.StartAsync(new EmulatorOptions
        {
            ApiKey = BridgeApplication.UpstreamKey,
            TimeScale = TimeScale,
            Limits = new() { PerKey = new RateLimit { Requests = Rate, Window = Second / TimeScale, RetryAfter = "1" } },
            CountingWindow = Second / TimeScale,
        });
        var ids = await RegisterAsync(database, upstream);
        await MakeOverdueAsync(database);

        await using var bridge = await StartAsync(database, upstream, "worker");
        await WhenAllArePolledAsync(upstream, ids);
        await bridge.StopAsync();

        var (report, took) = (upstream.Report(), FirstPollsTook(upstream, ids));
        Soak.Say($"{Count} tasks overdue, {Rate} requests a second granted: {report.Polls} polls, most in a second "
            + $"{upstream.MostInAWindow(BridgeApplication.UpstreamKey)}, smallest gap {report.SmallestGap}, 429s {report.Answers.GetValueOrDefault(429)}, "
            + $"all polled once within {took.TotalSeconds:0.0} s (the budget allows it in {Budgeted.TotalSeconds:0.0} s)");
        report.Answers.GetValueOrDefault(429).ShouldBeLessThanOrEqualTo(1);
        report.Violations.Values.Sum().ShouldBe(0);
        // At real speed time is the budget's alone; scaled, it is the machine's too.
        if (Soak.IsFull) took.ShouldBeLessThanOrEqualTo(Budgeted * 1.05);
    }

    private static async Task<string[]> RegisterAsync(TestDatabase database, EmulatorServer upstream)
    {
        await using var bridge = await StartAsync(database, upstream, "api");
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        var script = new NewTask { Family = EmulatedFamily.Veo, Statuses = [EmulatedStatus.Processing] };
        string[] ids = [.. Enumerable.Range(0, Count).Select(_ => upstream.Tasks.Create(script).Id)];
        foreach (var chunk in ids.Chunk(LargestBatch))
        {
            var result = await client.RegisterBatchAsync(
                [.. chunk.Select(id => new TaskRegistration { TaskId = id, Family = Families.Veo })], cancellationToken: Cancellation);
            result.Created.ShouldBe(chunk.Length);
        }

        return ids;
    }

    private static async Task MakeOverdueAsync(TestDatabase database)
    {
        await using var batch = database.DataSource.CreateBatch();
        batch.BatchCommands.Add(new("""
            update bridge.tasks set registered_at = now() - interval '20 minutes', next_poll_at = now() - interval '10 minutes',
                                    last_polled_at = now() - interval '11 minutes', polls = 1, status = 'processing'
            """));
        batch.BatchCommands.Add(new("update bridge.slots set next_due = now() - interval '10 minutes', fresh = false"));
        batch.BatchCommands.Add(new("analyze bridge.tasks, bridge.slots"));
        await batch.ExecuteNonQueryAsync(Cancellation);
    }

    private static Task<BridgeApplication> StartAsync(TestDatabase database, EmulatorServer upstream, string roles) => BridgeApplication.StartAsync(
        database, null, ownsDatabase: false, null,
        [
            .. World.Settings(upstream.BaseUrl, TimeScale),
            ("Bridge:Roles", roles),
            ("Bridge:Upstream:MaxRequestsPerSecond", $"{Rate}"),
        ]);

    private static async Task WhenAllArePolledAsync(EmulatorServer upstream, string[] ids)
    {
        var (seen, said) = (0, 0);
        await Wait.UntilAsync(
            () =>
            {
                while (seen < ids.Length && upstream.PollsOf(ids[seen]).Count > 0) seen++;
                if (Soak.IsFull && seen / LargestBatch > said) Soak.Say($"{seen} of {Count} polled …");
                said = seen / LargestBatch;
                return Task.FromResult(seen == ids.Length);
            },
            "every task is polled", Patience);
    }

    private static TimeSpan FirstPollsTook(EmulatorServer upstream, string[] ids)
    {
        TimeSpan[] firsts = [.. ids.Select(id => upstream.PollsOf(id)[0].At)];
        return firsts.Max() - firsts.Min();
    }
}
