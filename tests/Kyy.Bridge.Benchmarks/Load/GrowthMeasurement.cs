using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>Whether the service is as fast with a million tasks in flight as with ten thousand.</summary>
internal sealed class GrowthMeasurement : IMeasurement
{
    private const int Tasks = 60_000, WarmUp = 30_000, Polls = 3;
    private static readonly int[] InFlight = [10_000, 100_000, 1_000_000];

    public string Name => "growth";

    public string Question => "is the service as fast with a million tasks in flight as with ten thousand?";

    public async Task<Report> RunAsync(Progress progress, string folder, CancellationToken stopping)
    {
        await using var actors = await ActorsProcess.StartAsync(stopping);
        await using var stage = await progress.StepAsync(
            "The service starts", () => LoadStage.StartAsync(actors, overHttp2: false, folder, null, stopping));
        await progress.StepAsync("Warm-up", () => RunAsync(stage, WarmUp, stopping));
        var figures = new List<(int InFlight, LoadFigures Figures)>();
        for (var i = 0; i < InFlight.Length; i++)
        {
            var more = InFlight[i] - (i == 0 ? 0 : InFlight[i - 1]);
            var name = InFlight[i].ToString("#,0", CultureInfo.InvariantCulture);
            await progress.StepAsync($"{name} tasks get in flight", () => BackgroundTasks.AddAsync(stage, more, stopping));
            figures.Add((InFlight[i], await progress.StepAsync($"Flat out, {name} in flight", () => RunAsync(stage, Tasks, stopping))));
        }

        return GrowthReport.Of(figures);
    }

    private static async Task<LoadFigures> RunAsync(LoadStage stage, int tasks, CancellationToken stopping)
    {
        await stage.RegisterAsync(tasks, Polls, stopping);
        return await stage.DrainAsync(tasks, stopping);
    }
}
