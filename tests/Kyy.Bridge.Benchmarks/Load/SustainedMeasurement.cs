using System.Globalization;
using Kyy.Bridge.Benchmarks.Stages;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>Whether the service stays as fast and its tables as small over half an hour of load, with a million tasks in flight.</summary>
internal sealed class SustainedMeasurement : IMeasurement
{
    private const int Polls = 3, TurnsASecond = 5;
    private const double OfMaximum = 0.7;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // What has ended goes after two minutes, so that as much goes as comes and what grows is only what should not.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Bridge__Retention__Tasks"] = "2m",
        ["Bridge__Retention__Deliveries"] = "2m",
        ["Bridge__Retention__Events"] = "2m",
    };

    public string Name => "sustained";

    public string Question => "does the service stay as fast, and its tables as small, over half an hour of load?";

    public bool IsLong => true;

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var actors = await ActorsProcess.StartAsync(stopping);
        await using var stage = await progress.StepAsync(
            "The service starts", () => LoadStage.StartAsync(actors, overHttp2: false, folder, Settings, stopping));
        await progress.StepAsync("A million tasks get in flight", () => BackgroundTasks.AddAsync(stage, extent.Of(1_000_000, 1_000), stopping));
        var most = await progress.StepAsync("Flat out, for its maximum", () => FlatOutAsync(stage, extent.Of(40_000, 500), stopping));
        var rate = most.TasksPerSecond * OfMaximum;
        await actors.ForgetAsync(stopping);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var registering = RegisterAsync(stage, rate, end.Token);
        var (minutes, minute) = (new List<SustainedMinute>(), extent.Of(TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(200)));
        try
        {
            while (minutes.Count < SustainedReport.Minutes)
            {
                minutes.Add(await progress.StepAsync(
                    string.Create(CultureInfo.InvariantCulture, $"Minute {minutes.Count + 1}, {rate:0} tasks a second"),
                    () => LookAsync(stage, registering, minute, stopping)));
            }
        }
        finally
        {
            await end.CancelAsync();
        }

        var registered = await registering;
        var all = await progress.StepAsync("The last webhooks arrive", () => Until.TrueAsync(
            async () => (await actors.CountsAsync(stopping)).Events >= registered, Patience, stopping));
        return SustainedReport.Of(most, rate, minutes, all);
    }

    private static async Task<LoadFigures> FlatOutAsync(LoadStage stage, int tasks, CancellationToken stopping)
    {
        await stage.RegisterAsync(tasks, Polls, stopping);
        return await stage.DrainAsync(tasks, stopping);
    }

    /// <summary>By the clock until cancelled; returns how many.</summary>
    private static async Task<int> RegisterAsync(LoadStage stage, double perSecond, CancellationToken until)
    {
        var (registered, started) = (0, TimeProvider.System.GetTimestamp());
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TurnsASecond), TimeProvider.System);
        while (!until.IsCancellationRequested)
        {
            // What fell behind is caught up with, so that the rate holds.
            var due = (int)(TimeProvider.System.GetElapsedTime(started).TotalSeconds * perSecond) - registered;
            if (due > 0)
            {
                var ids = await stage.Actors.CreateTasksAsync(due, Polls, CancellationToken.None);
                foreach (var batch in ids.Chunk(10_000)) await stage.RegisterAsync(batch, Families.StarVideos, CancellationToken.None);
                registered += due;
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return registered;
    }

    private static async Task<SustainedMinute> LookAsync(LoadStage stage, Task registering, TimeSpan minute, CancellationToken stopping)
    {
        var (before, started) = (await stage.Actors.CountsAsync(stopping), TimeProvider.System.GetTimestamp());
        await Task.WhenAny(registering, Task.Delay(minute, TimeProvider.System, stopping));
        if (registering.IsFaulted) await registering;
        var (after, elapsed) = (await stage.Actors.CountsAsync(stopping), TimeProvider.System.GetElapsedTime(started));
        var (tables, dead) = await TableSizes.ReadAsync(stage.Service.Database, stopping);
        return new(
            (after.Events - before.Events) / elapsed.TotalSeconds, after.Webhooks - before.Webhooks - (after.Events - before.Events),
            await TableSizes.WaitAsync(stage.Service.Database, stopping), tables, dead, ProcessTimes.MemoryOf(stage.Service.ProcessId).Now);
    }
}
