namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>How near the service comes to a bare HttpClient that does the same requests, with as much to do as it can take.</summary>
internal sealed class FlatMeasurement : IMeasurement
{
    private const int Polls = 3;
    private static readonly int[] Concurrencies = [32, 64, 128];

    public string Name => "flat";

    public string Question => "how near does the service come to a bare HttpClient that does the same requests, flat out?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var actors = await ActorsProcess.StartAsync(stopping);
        var tasks = extent.Of(60_000, 500);
        var (bare, concurrency) = await BareAsync(actors, tasks, progress, stopping);
        var plain = await ServiceAsync(actors, overHttp2: false, tasks, progress, folder, stopping);
        var secure = await ServiceAsync(actors, overHttp2: true, tasks, progress, folder, stopping);
        return FlatReport.Of(bare, concurrency, plain, secure);
    }

    private static async Task<(LoadFigures Figures, int Concurrency)> BareAsync(
        ActorsProcess actors, int tasks, Progress progress, CancellationToken stopping)
    {
        var trials = new List<(LoadFigures Figures, int Concurrency)>();
        foreach (var concurrency in Concurrencies)
        {
            trials.Add((await progress.StepAsync(
                $"A bare loop, {concurrency} at once", () => BareAsync(actors, concurrency, tasks / 6, stopping)), concurrency));
        }

        var best = trials.MaxBy(trial => trial.Figures.TasksPerSecond).Concurrency;
        return (await progress.StepAsync($"The bare loop, {best} at once", () => BareAsync(actors, best, tasks, stopping)), best);
    }

    private static async Task<LoadFigures> BareAsync(ActorsProcess actors, int concurrency, int tasks, CancellationToken stopping)
    {
        var ids = await actors.CreateTasksAsync(tasks, Polls, stopping);
        using var loop = new BareLoop(actors.Places, concurrency);
        var (started, own, theirs) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime, ProcessTimes.Of(actors.Id));
        await loop.RunAsync(ids, Polls, stopping);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var cost = new LoadCost(Environment.CpuUsage.TotalTime - own, TimeSpan.Zero, ProcessTimes.Of(actors.Id) - theirs);
        return new(tasks, tasks * Polls, tasks, elapsed, cost, ProcessTimes.MemoryOf(Environment.ProcessId).Most);
    }

    private static async Task<LoadFigures> ServiceAsync(
        ActorsProcess actors, bool overHttp2, int tasks, Progress progress, string folder, CancellationToken stopping)
    {
        var protocol = overHttp2 ? "HTTP/2" : "HTTP/1.1";
        await using var stage = await progress.StepAsync(
            $"The service starts, {protocol}", () => LoadStage.StartAsync(actors, overHttp2, folder, null, stopping));
        await progress.StepAsync($"Warm-up, {protocol}", () => RunAsync(stage, tasks / 2, stopping));
        return await progress.StepAsync($"Flat out, {protocol}", () => RunAsync(stage, tasks, stopping));
    }

    private static async Task<LoadFigures> RunAsync(LoadStage stage, int tasks, CancellationToken stopping)
    {
        await stage.RegisterAsync(tasks, Polls, stopping);
        return await stage.DrainAsync(tasks, stopping);
    }
}
