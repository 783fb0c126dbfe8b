using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>Whether the service is as fast with a million tasks in flight as with ten thousand.</summary>
internal sealed class GrowthMeasurement : IMeasurement
{
    private const int Polls = 3;
    private static readonly int[] Many = [10_000, 100_000, 1_000_000], Few = [500, 1_000, 2_000];

    public string Name => "growth";

    public string Question => "is the service as fast with a million tasks in flight as with ten thousand?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var actors = await ActorsProcess.StartAsync(stopping);
        await using var stage = await progress.StepAsync(
            "The service starts", () => LoadStage.StartAsync(actors, overHttp2: false, folder, null, stopping));
        var (tasks, inFlight) = (extent.Of(60_000, 500), extent.Of(Many, Few));
        await progress.StepAsync("Warm-up", () => RunAsync(stage, tasks / 2, stopping));
        var figures = new List<(int InFlight, LoadFigures Figures)>();
        for (var i = 0; i < inFlight.Length; i++)
        {
            var more = inFlight[i] - (i == 0 ? 0 : inFlight[i - 1]);
            var name = inFlight[i].ToString("#,0", CultureInfo.InvariantCulture);
            await progress.StepAsync($"{name} tasks get in flight", () => BackgroundTasks.AddAsync(stage, more, stopping));
            figures.Add((inFlight[i], await progress.StepAsync($"Flat out, {name} in flight", () => RunAsync(stage, tasks, stopping))));
        }

        return GrowthReport.Of(figures);
    }

    private static async Task<LoadFigures> RunAsync(LoadStage stage, int tasks, CancellationToken stopping)
    {
        await stage.RegisterAsync(tasks, Polls, stopping);
        return await stage.DrainAsync(tasks, stopping);
    }
}
