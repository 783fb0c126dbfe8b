using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Stress;

/// <summary>
/// Answers without measure, against the service as a process of its own: it keeps its memory, and its other tasks their cadence.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class BoundsTests(PostgresServer server)
{
    private const int Slow = 200, Healthy = 50, Places = 64;

    // Less than a single one of the answers. The collector lets garbage lie for some time, so that it is not nothing.
    private const long Mebibyte = 1024 * 1024, MostGrowth = 90 * Mebibyte;

    // Here a request that hung up is still counted for the moment until the emulator notices. Several are given up at once, and the next
    // ones begin that very moment.
    private const int NotYetNoticed = Places / 4;

    // What the burst of all 250 and a machine with two processors may add to a scaled maximum of 4 s: an eighth of it.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan LongestGap = World.Scale(TimeSpan.FromSeconds(60)) + Tolerance;

    private static readonly (string Name, Fault Fault)[] Huge =
    [
        ("length", new HugeFault { Framing = HugeFraming.Length }),
        ("chunked", new HugeFault { Framing = HugeFraming.Chunked }),
        ("endless", new HugeFault { Framing = HugeFraming.None }),
        ("keys", new HugeFault { Shape = HugeShape.Keys, Size = 1_000_000, Framing = HugeFraming.Chunked }),
        ("gzip", new EncodingFault { Coding = ContentCoding.Gzip, Bomb = 100 * Mebibyte }),
        ("br", new EncodingFault { Coding = ContentCoding.Br, Bomb = 100 * Mebibyte }),
        ("deflate", new EncodingFault { Coding = ContentCoding.Deflate, Bomb = 100 * Mebibyte }),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_without_end_leave_the_memory_flat_and_every_task_alive()
    {
        await using var bridge = await Replicas.StartAsync(server, 1, new(), ("Bridge:Upstream:Timeout", "1900ms"));
        var client = await bridge.NewClientAsync();
        string[] huge = [.. Huge.SelectMany(kind => Ids(kind.Name, 4))], deep = Ids("deep", 4);
        var waiting = new NewTask { Family = EmulatedFamily.Videos, Statuses = [EmulatedStatus.Processing] };
        await bridge.RegisterAsync(client, huge, waiting);
        await bridge.RegisterAsync(client, deep, waiting with { Family = EmulatedFamily.StarVideos });
        await UntilPolledAsync(bridge, [.. huge, .. deep], 3);
        var ordinary = bridge.Running[0].PeakMemory;

        foreach (var (name, fault) in Huge) bridge.Upstream.Faults.Add(new() { Id = $"{name}-*", Does = fault });
        bridge.Upstream.Faults.Add(new() { Id = "deep-*", Does = new HugeFault { Shape = HugeShape.Depth, Size = 10_000 } });
        var ending = waiting with { Statuses = [EmulatedStatus.Queued, EmulatedStatus.Processing, EmulatedStatus.Completed] };
        await bridge.RegisterAsync(client, ["bystander"], ending);
        await UntilPolledAsync(bridge, [.. huge, .. deep], 6);
        await Wait.UntilAsync(async () => (await TasksAsync(bridge, client))["bystander"].Ended, "the one with ordinary answers has ended");
        var peak = bridge.Running[0].PeakMemory;

        var sent = bridge.Upstream.Report().Faults.Values.Sum();
        Replicas.Say($"peak memory {ordinary / Mebibyte} MiB with ordinary answers, {peak / Mebibyte} MiB after {sent} huge ones");
        (peak - ordinary).ShouldBeLessThan(MostGrowth);
        (await TasksAsync(bridge, client))["bystander"].Status.ShouldBe(TaskStatuses.Completed);
        await ShouldLiveOnAsync(bridge, client, huge, "too_large");
        await ShouldLiveOnAsync(bridge, client, deep, "bad_body");
        bridge.Running[0].Output.ShouldNotContain("is paused");
    }

    [Fact]
    public async Task Two_hundred_answers_that_drip_or_never_come_slow_nobody_else()
    {
        await using var bridge = await Replicas.StartAsync(server, 1, new(), ("Bridge:Upstream:MaxRequestsPerSecond", "3000"));
        bridge.Upstream.Faults.Add(new() { Id = "drip-*", Does = new DripFault { Between = Replicas.Unscaled(TimeSpan.FromSeconds(1)) } });
        bridge.Upstream.Faults.Add(new() { Id = "stall-*", Does = new StallFault { At = StallPlace.BeforeHeaders } });
        var client = await bridge.NewClientAsync();
        string[] slow = [.. Ids("drip", Slow / 2), .. Ids("stall", Slow / 2)], healthy = Ids("healthy", Healthy);
        // Of an age at which they are asked about as seldom as may be: there is the least room for being late.
        var waiting = new NewTask
        {
            Family = EmulatedFamily.Veo,
            Statuses = [EmulatedStatus.Processing],
            CreatedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(2),
        };
        // Among each other, as they would come: neither are the healthy ones first, nor alone in their slot.
        var mixed = slow.Chunk(4).Zip(healthy, (four, one) => (string[])[.. four, one]).SelectMany(ids => ids);
        await bridge.RegisterAsync(client, mixed, waiting);

        await UntilPolledAsync(bridge, healthy, 4);

        var gaps = bridge.Upstream.Gaps().Where(gaps => gaps.Id.StartsWith("healthy", StringComparison.Ordinal))
            .Select(gaps => gaps.Largest!.Value).Order().ToArray();
        var report = bridge.Upstream.Report();
        var (least, median, most) = (gaps[0].TotalSeconds, gaps[gaps.Length / 2].TotalSeconds, gaps[^1].TotalSeconds);
        Replicas.Say($"largest gaps {least:0.00} to {most:0.00} s, median {median:0.00} s");
        Replicas.Say($"{report.MostParallel} at once of {report.Polls}");
        gaps.ShouldAllBe(gap => gap <= LongestGap);
        report.MostParallel.ShouldBeLessThanOrEqualTo(Places + NotYetNoticed);
        report.Violations[Violation.TooEarly].ShouldBe(0);
        (await bridge.StatsAsync()).Budgets.ShouldAllBe(budget => budget.State == UpstreamKeyStates.Active);
        await ShouldLiveOnAsync(bridge, client, slow, "timeout");
        bridge.Running[0].Output.ShouldNotContain("is paused");
    }

    // Told of the lane, and not while its latest answer is another task's good one.
    private static Task ShouldLiveOnAsync(Replicas bridge, string client, string[] ids, string kind) => Wait.UntilAsync(
        async () =>
        {
            var tasks = await TasksAsync(bridge, client);
            return ids.All(id => !tasks[id].Ended && tasks[id].LastFailure?.Kind == kind);
        },
        $"{ids.Length} tasks live on and tell of {kind}");

    private static async Task<Dictionary<string, BridgeTask>> TasksAsync(Replicas bridge, string client) =>
        await bridge.Of(client).ListTasksAsync(cancellationToken: Cancellation)
            .ToDictionaryAsync(task => task.TaskId, cancellationToken: Cancellation);

    private static string[] Ids(string name, int count) => [.. Enumerable.Range(0, count).Select(number => $"{name}-{number}")];

    private static Task UntilPolledAsync(Replicas bridge, string[] ids, int polls) => Wait.UntilAsync(
        () => Task.FromResult(ids.All(id => bridge.Upstream.PollsOf(id).Count >= polls)), $"each was polled {polls} times", World.Patience);
}
