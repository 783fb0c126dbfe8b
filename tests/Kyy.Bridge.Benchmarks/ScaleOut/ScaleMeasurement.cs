using Kyy.Bridge.Benchmarks.Load;

namespace Kyy.Bridge.Benchmarks.ScaleOut;

/// <summary>Whether several replicas on one database do as much as one, and what that costs PostgreSQL.</summary>
internal sealed class ScaleMeasurement : IMeasurement
{
    private const int Polls = 3;
    private static readonly int[] Replicas = [1, 2, 4];

    public string Name => "scale";

    public string Question => "do one, two and four replicas on one database share its work, and is nothing lost by that?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var actors = await ActorsProcess.StartAsync(stopping);
        var figures = new List<ScaleFigures>();
        foreach (var replicas in Replicas)
            figures.Add(await RunAsync(actors, replicas, extent.Of(40_000, 500), progress, folder, stopping));
        return ScaleReport.Of(figures);
    }

    private static async Task<ScaleFigures> RunAsync(
        ActorsProcess actors, int replicas, int tasks, Progress progress, string folder, CancellationToken stopping)
    {
        await using var stage = await progress.StepAsync(
            $"{replicas} start", () => LoadStage.StartAsync(actors, overHttp2: false, folder, null, stopping));
        await using var others = await FurtherReplicas.StartAsync(stage, replicas - 1, folder, stopping);
        // Each has its own compiler to be done with.
        await progress.StepAsync($"Warm-up of {replicas}", () => RunAsync(stage, others, tasks / 2 * replicas, stopping));
        return await progress.StepAsync($"Flat out with {replicas}", () => RunAsync(stage, others, tasks, stopping));
    }

    private static async Task<ScaleFigures> RunAsync(LoadStage stage, FurtherReplicas others, int tasks, CancellationToken stopping)
    {
        await stage.RegisterAsync(tasks, Polls, stopping);
        TimeSpan[] before = [.. others.Times];
        var load = await stage.DrainAsync(tasks, stopping);
        return ScaleFigures.Of(load, [.. others.Times.Zip(before, (now, then) => now - then)]);
    }
}
