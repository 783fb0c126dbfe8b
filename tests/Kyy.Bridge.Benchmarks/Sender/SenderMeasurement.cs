using Kyy.Bridge.Benchmarks.Load;
using Kyy.Bridge.Benchmarks.Stages;

namespace Kyy.Bridge.Benchmarks.Sender;

/// <summary>
/// What one attempt costs this process, beside a bare handler that makes the same signed POST. The two take turns, so that what drifts on
/// the machine touches both alike.
/// </summary>
internal sealed class SenderMeasurement : IMeasurement
{
    private const int AtOnce = 64;

    public string Name => "sender";

    public string Question => "what does an attempt cost, beside a bare signed POST?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var actors = await ActorsProcess.StartAsync(stopping);
        await using var service = await progress.StepAsync("The database starts", () => StartAsync(actors, folder, stopping));
        var hook = new Uri(actors.Places.Receiver, "hook/sender");
        await using var sender = await RealSender.StartAsync(service.Database, hook, stopping);
        using var bare = new BareSender(hook, AtOnce);
        var (count, posts) = (extent.Of(5, 1), extent.Of(20_000, 500));
        await RoundAsync("Warm-up", posts / 2);
        var rounds = new List<(SenderFigures Sender, SenderFigures Bare)>();
        for (var round = 1; round <= count; round++) rounds.Add(await RoundAsync($"{round} of {count}", posts));
        return SenderReport.Of([.. rounds.Select(round => round.Sender)], [.. rounds.Select(round => round.Bare)]);

        async Task<(SenderFigures Sender, SenderFigures Bare)> RoundAsync(string name, int some) => (
            await progress.StepAsync($"The sender, {name}", () => MeasureAsync(some, sender.PostAsync)),
            await progress.StepAsync($"The bare handler, {name}", () => MeasureAsync(some, bare.PostAsync)));
    }

    // The service makes the schema, and then has nothing to do.
    private static Task<Service> StartAsync(ActorsProcess actors, string folder, CancellationToken stopping)
    {
        var database = new Persistence.LocalPostgresOptions { Directory = Tests.Support.ScratchFolder.NewPath(), Durable = false };
        return Service.StartAsync(
            new(actors.Places.Upstream, actors.Places.Key, database, Path.Combine(folder, "bridge.log"), new Dictionary<string, string>()),
            stopping);
    }

    private static async Task<SenderFigures> MeasureAsync(int posts, Func<Task> post)
    {
        var (started, cpu, allocated) = (
            TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(WorkAsync)));
        return new(
            posts, TimeProvider.System.GetElapsedTime(started), Environment.CpuUsage.TotalTime - cpu,
            GC.GetTotalAllocatedBytes(precise: true) - allocated);

        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) <= posts) await post();
        }
    }
}
