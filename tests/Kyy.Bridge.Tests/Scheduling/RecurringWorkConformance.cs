using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Scheduling;

/// <summary>What holds of every engine that is built in, each with the service's own set-up and a real database.</summary>
public sealed class RecurringWorkConformance(PostgresServer server)
{
    // Hangfire calls every ten seconds, for fifteen: after seventeen, work that goes on has been called again.
    private static readonly TimeSpan LongerThanAShift = TimeSpan.FromSeconds(17);

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200), Long = TimeSpan.FromHours(1);

    public static TheoryData<string> Engines => [.. Bridge.Scheduling.Engines.BuiltIn.Select(engine => engine.Name)];

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_work_runs_at_its_cadence_whatever_the_engine_s_own_tick_is(string engine)
    {
        await using var bridge = await StartAsync(engine);
        var work = new CountingWork(Short);
        await using var run = Run(bridge, work);

        await work.RanAsync((int)(LongerThanAShift / Short));

        var gaps = work.Begins.Zip(work.Begins.Skip(1), (before, after) => after - before).ToArray();
        gaps.Min().ShouldBeGreaterThanOrEqualTo(Short * 0.9);
        // The next call would come ten seconds later: a busy machine is given half of that.
        gaps.Max().ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_work_that_is_woken_runs_before_its_cadence_says_so(string engine)
    {
        await using var bridge = await StartAsync(engine);
        var work = new CountingWork(Long);
        await using var run = Run(bridge, work);
        await work.RanAsync(1);

        work.Wake.Raise();

        await work.RanAsync(2);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_run_that_fails_is_logged_and_the_next_one_comes(string engine)
    {
        await using var bridge = await StartAsync(engine);
        var work = new CountingWork(Long) { OnRun = run => run == 1 ? throw new InvalidOperationException("the first one fails") : Task.CompletedTask };
        await using var run = Run(bridge, work);

        await work.RanAsync(2);

        bridge.Log.Lines.ShouldContain(line => line.Contains("\"Id\":1201", StringComparison.Ordinal)
            && line.Contains("\"Work\":\"test\"", StringComparison.Ordinal) && line.Contains("the first one fails", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Every_replica_works_and_in_none_of_them_does_a_run_meet_another_of_the_same_work(string engine)
    {
        await using var first = await StartAsync(engine);
        await using var second = await BridgeApplication.StartAsync(first.Database, null, ownsDatabase: false, settings: Settings(engine));
        // One replica's run outlasts its shift, so that a second loop would meet it. The other one's runs tell the time.
        var release = new TaskCompletionSource();
        var (slow, quick) = (new CountingWork(Short) { OnRun = _ => release.Task }, new CountingWork(Short));
        await using var one = Run(first, slow);
        await using var other = Run(second, quick);
        await slow.RanAsync(1);

        await quick.RanAsync((int)(LongerThanAShift / Short));
        (slow.Begins.Count, slow.MostAtOnce, quick.MostAtOnce).ShouldBe((1, 1, 1));
        release.SetResult();

        await slow.RanAsync(10);
        slow.MostAtOnce.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_stop_waits_for_the_run_that_is_under_way_and_begins_no_other(string engine)
    {
        await using var bridge = await StartAsync(engine);
        var release = new TaskCompletionSource();
        var work = new CountingWork(Short) { OnRun = _ => release.Task };
        await using var run = Run(bridge, work);
        await work.RanAsync(1);

        var stopped = run.StopAsync();
        stopped.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await stopped;

        work.Begins.Count.ShouldBe(1);
    }

    private Task<BridgeApplication> StartAsync(string engine) => BridgeApplication.StartAsync(server, null, Settings(engine));

    // The test runs the engine: the process itself is no worker.
    private static (string, string)[] Settings(string engine) => [("Bridge:Scheduling:Engine", engine), ("Bridge:Roles", "api")];

    private static EngineRun Run(BridgeApplication bridge, params IRecurringWork[] works) =>
        new(bridge.Services.GetRequiredService<IEngine>(), works);
}
