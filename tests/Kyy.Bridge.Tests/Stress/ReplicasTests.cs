using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Stress;

/// <summary>One budget over all replicas: processes of the service on one database, and an upstream that counts what a key asks.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class ReplicasTests(PostgresServer server)
{
    private const string Key = "shared-key-0123456789", Another = "another-key-0123456789";

    // A timer of either side may be this much off.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(10);

    // The answer is read, stored and seen by the other replica, whose requests are on their way meanwhile.
    private static readonly TimeSpan OnTheirWay = TimeSpan.FromSeconds(0.5);

    private static readonly NewTask Waiting = new() { Family = EmulatedFamily.Videos, Statuses = [EmulatedStatus.Processing] };

    // A second of this machine's, whatever the scale.
    private static readonly EmulatorOptions BySecond = new()
    {
        CountingWindow = Replicas.Unscaled(TimeSpan.FromSeconds(1)),
        RetryAfterTolerance = OnTheirWay,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_many_replicas_there_are_a_limiter_of_the_keys_rate_lets_all_of_it_through()
    {
        const int Limit = 100;
        const double OneOfTwo = Limit / 2.0, TwoOfThree = Limit * 2 / 3.0;
        await using var bridge = await Replicas.StartAsync(server, 2, BySecond, ("Bridge:Upstream:MaxRequestsPerSecond", $"{Limit}"));
        bridge.Upstream.Limits = new() { PerKey = new() { Requests = Limit, Window = Replicas.Unscaled(TimeSpan.FromSeconds(1)) } };
        await bridge.RegisterAsync(await bridge.NewClientAsync(), Ids("task", 400), Waiting);

        // More than one of them may make: both do.
        var two = await FullRateAsync(bridge, above: OneOfTwo * 1.2, "both replicas poll");
        await bridge.JoinAsync(1);
        // It makes its first call when the others have made room for it.
        await bridge.RateAsync(2 * Limit);
        var three = await FullRateAsync(bridge, above: TwoOfThree * 1.05, "three replicas share the rate");
        await bridge.KillLastAsync();
        var start = TimeProvider.System.GetTimestamp();
        var left = await bridge.RateAsync(100);
        var again = await FullRateAsync(bridge, above: TwoOfThree * 1.05, "the others have taken over the dead one's part");
        var takenOverIn = TimeProvider.System.GetElapsedTime(start);

        var report = bridge.Upstream.Report();
        var most = bridge.Upstream.MostInAWindow(BridgeApplication.UpstreamKey);
        Replicas.Say($"polls a second: {two:0.0} of two, {three:0.0} of three; most in a second {most}");
        Replicas.Say($"{left:0.0} after one of three died, {again:0.0} {takenOverIn.TotalSeconds:0.0} s later; {report.Limited} limited");
        most.ShouldBeLessThanOrEqualTo(Limit);
        report.Limited.ShouldBe(0);
        report.Violations[Violation.TooEarly].ShouldBe(0);
        left.ShouldBeLessThan(TwoOfThree * 1.05);
        takenOverIn.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_pause_that_one_replica_was_told_is_kept_by_the_others_and_over_a_restart_of_all()
    {
        await using var bridge = await Replicas.StartAsync(server, 2, BySecond, ("Bridge:Upstream:MaxRequestsPerSecond", "100"));
        var ids = Ids("task", 200);
        await bridge.RegisterAsync(await bridge.NewClientAsync(), ids, Waiting);
        await FullRateAsync(bridge, above: 60, "both replicas poll");

        var told = await ThrottleAsync(bridge, "4");
        await Wait.UntilAsync(() => After(bridge, ids, told).Length >= 10, "the pause is over");
        var first = FirstAfter(bridge, ids, told);
        Replicas.Say($"Retry-After: 4, and the next call came after {first.TotalSeconds:0.000} s");
        first.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(4) - Grain);

        told = await ThrottleAsync(bridge, "7");
        var toldAt = TimeProvider.System.GetTimestamp();
        await Wait.UntilAsync(
            async () => (await bridge.StatsAsync()).Budgets.Single().State == UpstreamKeyStates.Throttled, "the pause is stored");
        await bridge.KillAllAsync();
        await bridge.JoinAsync(2);
        var ready = TimeProvider.System.GetElapsedTime(toldAt);
        await Wait.UntilAsync(() => After(bridge, ids, told).Length >= 10, "the pause is over");
        first = FirstAfter(bridge, ids, told);
        Replicas.Say($"Retry-After: 7, new processes {ready.TotalSeconds:0.0} s and the next call {first.TotalSeconds:0.000} s after it");
        first.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(7) - Grain);
        bridge.Upstream.Report().Violations[Violation.DuringRetryAfter].ShouldBe(0);
    }

    [Fact]
    public async Task A_refused_key_is_probed_by_one_call_at_a_time_over_a_restart_until_another_value_brings_all_back()
    {
        await using var bridge = await Replicas.StartAsync(server, 2, BySecond);
        var client = await bridge.NewClientAsync();
        bridge.Upstream.Accept(Key);
        await bridge.Of(client).SetUpstreamKeyAsync("main", new(Key, MaxRequestsPerSecond: 40), Cancellation);
        var ids = Ids("task", 150);
        await bridge.RegisterAsync(client, ids, Waiting, key: "main");
        await FullRateAsync(bridge, above: 25, "both replicas poll");

        bridge.Upstream.Revoke(Key);
        await Wait.UntilAsync(async () => await TripsAsync(bridge) >= 3, "the key is refused and was probed");
        await bridge.KillAllAsync();
        var before = await TripsAsync(bridge);
        await bridge.JoinAsync(2);
        await Wait.UntilAsync(async () => await TripsAsync(bridge) >= before + 2, "the new processes have probed");

        var trips = await TripsAsync(bridge);
        (await bridge.Of(client).GetUpstreamKeyAsync("main", Cancellation)).State.ShouldBe(UpstreamKeyStates.Rejected);
        var refused = PollsOf(bridge, ids).Where(poll => poll.StatusCode == 401).OrderBy(poll => poll.At).ToArray();
        // The first pause was no probe's. Each probe brings the next pause, and those that died with their process brought none.
        var gaps = refused.Zip(refused.Skip(1), (one, next) => next.At - one.At).TakeLast(trips - 2).ToArray();
        var told = string.Join(' ', gaps.Select(gap => $"{gap.TotalMilliseconds:0}"));
        Replicas.Say($"refused {refused.Length - trips + 1} times, {trips - 1} probes, {before - 1} before the restart; gaps {told} ms");
        gaps.Select((gap, probe) => gap / (FirstPause * Math.Pow(2, probe + 1))).ShouldAllBe(share => share > 0.95);

        bridge.Upstream.Accept(Another);
        var replaced = TimeProvider.System.GetTimestamp();
        await bridge.Of(client).SetUpstreamKeyAsync("main", new(Another, MaxRequestsPerSecond: 40), Cancellation);
        var rate = await FullRateAsync(bridge, above: 25, "both replicas poll with the new value");
        var after = TimeProvider.System.GetElapsedTime(replaced);
        Replicas.Say($"{rate:0.0} polls a second with the new value, {after.TotalSeconds:0.0} s after it was set");
        bridge.Upstream.MostInAWindow(Another).ShouldBeLessThanOrEqualTo(40);
        // One more probe may have been due before the value was there, and nobody asks with the old one on the new one's budget.
        PollsOf(bridge, ids).Count(poll => poll.StatusCode == 401).ShouldBeLessThanOrEqualTo(refused.Length + 1);
    }

    [Fact]
    public async Task Clients_whose_keys_are_equal_share_one_budget_and_another_value_has_its_own()
    {
        const int Limit = 40;
        await using var bridge = await Replicas.StartAsync(server, 2, BySecond, ("Bridge:Upstream:MaxRequestsPerSecond", $"{Limit}"));
        foreach (var (name, value) in new[] { ("shop", Key), ("studio", Key), ("agency", Another) })
        {
            bridge.Upstream.Accept(value);
            var client = await bridge.NewClientAsync(name);
            await bridge.Of(client).SetUpstreamKeyAsync("main", new(value), Cancellation);
            await bridge.RegisterAsync(client, Ids(name, 100), Waiting, key: "main");
        }

        // Each value has 38 a second, so that three budgets would make 114 and one 38.
        var rate = await FullRateAsync(bridge, above: 1.7 * Limit, "both values are used to their limits");
        var before = Counts(bridge);
        await bridge.RateAsync(150);
        var counts = Counts(bridge).Zip(before, (now, then) => now - then).ToArray();

        var (shared, own) = (bridge.Upstream.MostInAWindow(Key), bridge.Upstream.MostInAWindow(Another));
        Replicas.Say($"{rate:0.0} polls a second: {string.Join(", ", counts)}; most in a second {shared} and {own}");
        shared.ShouldBeLessThanOrEqualTo(Limit);
        own.ShouldBeLessThanOrEqualTo(Limit);
        counts[2].ShouldBeInRange(60, 90);
        counts[0].ShouldBeInRange(25, 50);
        counts[1].ShouldBeInRange(25, 50);

        static int[] Counts(Replicas bridge) =>
            [.. ((string[])["shop", "studio", "agency"]).Select(name => PollsOf(bridge, Ids(name, 100)).Length)];
    }

    // A thirtieth of the shortest interval, as the first pause of all.
    private static TimeSpan FirstPause => World.Scale(TimeSpan.FromSeconds(1));

    private static string[] Ids(string name, int count) => [.. Enumerable.Range(0, count).Select(number => $"{name}-{number}")];

    private static Poll[] PollsOf(Replicas bridge, string[] ids) => [.. ids.SelectMany(id => bridge.Upstream.PollsOf(id))];

    // What came in later than what was on its way when the answer was told.
    private static Poll[] After(Replicas bridge, string[] ids, Poll told) =>
        [.. PollsOf(bridge, ids).Where(poll => poll.At > told.SentAt + OnTheirWay)];

    private static TimeSpan FirstAfter(Replicas bridge, string[] ids, Poll told) =>
        After(bridge, ids, told).Min(poll => poll.At) - told.SentAt!.Value;

    // The rate that is reached, over a second or so.
    private static async Task<double> FullRateAsync(Replicas bridge, double above, string what)
    {
        var rate = 0.0;
        await Wait.UntilAsync(async () => (rate = await bridge.RateAsync((int)above)) > above, what);
        return rate;
    }

    private static async Task<Poll> ThrottleAsync(Replicas bridge, string retryAfter)
    {
        var before = bridge.Upstream.Report().Answers.GetValueOrDefault(429);
        var call = bridge.Upstream.Report().Keys.Single().Polls + 10;
        bridge.Upstream.Faults.Replace([new() { FromCall = call, ToCall = call, Does = new ThrottleFault { RetryAfter = retryAfter } }]);
        Poll? told = null;
        await Wait.UntilAsync(
            () => (told = PollsOf(bridge, Ids("task", 200)).Where(poll => poll is { StatusCode: 429, SentAt: not null })
                .OrderBy(poll => poll.At).Skip(before).FirstOrDefault()) is not null,
            "one call was told to wait");
        return told!;
    }

    private static Task<int> TripsAsync(Replicas bridge) =>
        bridge.Database.ScalarAsync<int>("select max(trips) from bridge.upstream_budgets");
}
