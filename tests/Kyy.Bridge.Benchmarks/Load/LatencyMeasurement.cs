using System.Globalization;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>How long things wait while the service has half of what it can take.</summary>
internal sealed class LatencyMeasurement : IMeasurement
{
    // Callers register a task when they have made it. Few turns would be so many bursts, whose ends come together and wait for each other.
    private const int Polls = 3, TurnsASecond = 50;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    public string Name => "latency";

    public string Question => "how long do due polls and webhooks wait at half of the load that the service can take?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var actors = await ActorsProcess.StartAsync(stopping);
        await using var stage = await progress.StepAsync(
            "The service starts", () => LoadStage.StartAsync(actors, overHttp2: false, folder, null, stopping));
        var most = await progress.StepAsync("Flat out, for its maximum", () => FlatOutAsync(stage, extent.Of(30_000, 500), stopping));
        var half = most.TasksPerSecond / 2;
        var rate = half.ToString("0", CultureInfo.InvariantCulture);
        var due = await progress.StepAsync($"{rate} tasks a second", () => StreamAsync(stage, half, extent.Of(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2)), stopping));
        var toPoll = await DueToPollAsync(actors, due, stopping);
        var toWebhook = await ReadToWebhookAsync(stage, due.Keys, stopping);
        return LatencyReport.Of(most, half, toWebhook, toPoll);
    }

    private static async Task<LoadFigures> FlatOutAsync(LoadStage stage, int tasks, CancellationToken stopping)
    {
        await stage.RegisterAsync(tasks, Polls, stopping);
        return await stage.DrainAsync(tasks, stopping);
    }

    /// <summary>Registers evenly, and returns when each task was seen to be due, by the upstream's id.</summary>
    private static async Task<Dictionary<string, HashSet<DateTimeOffset>>> StreamAsync(
        LoadStage stage, double perSecond, TimeSpan duration, CancellationToken stopping)
    {
        var count = (int)(perSecond * duration.TotalSeconds);
        var ids = await stage.Actors.CreateTasksAsync(count, Polls, stopping);
        await stage.Actors.ForgetAsync(stopping);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var looking = DueTimes.WatchAsync(stage.Service.Database, BetweenLooks, end.Token);
        await RegisterAsync(stage, ids, (int)Math.Ceiling(perSecond / TurnsASecond), stopping);
        await Stages.Until.TrueAsync(
            async () => (await stage.Actors.CountsAsync(stopping)).Events >= count, TimeSpan.FromMinutes(1), stopping);
        await end.CancelAsync();
        var seen = await looking;
        return ids.ToDictionary(id => id, id => seen.GetValueOrDefault(id) ?? []);
    }

    private static async Task RegisterAsync(LoadStage stage, List<string> ids, int aTurn, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TurnsASecond), TimeProvider.System);
        var registrations = new List<Task>();
        foreach (var turn in ids.Chunk(aTurn))
        {
            await timer.WaitForNextTickAsync(stopping);
            registrations.Add(stage.RegisterAsync(turn, Families.StarVideos, stopping));
        }

        await Task.WhenAll(registrations);
    }

    // The first poll at or after a due time; a claim is made in the moment when it is due, never before.
    private static async Task<Latencies> DueToPollAsync(
        ActorsProcess actors, Dictionary<string, HashSet<DateTimeOffset>> due, CancellationToken stopping)
    {
        var polls = await actors.PollsAsync(due.Keys, stopping);
        return new(
            from task in due
            from at in task.Value
            let next = polls[task.Key].Where(poll => poll >= at).Select(poll => (DateTimeOffset?)poll).Min()
            where next is not null
            select next.Value - at);
    }

    private static async Task<Latencies> ReadToWebhookAsync(LoadStage stage, IEnumerable<string> ids, CancellationToken stopping)
    {
        var arrivals = await stage.Actors.ArrivalsAsync(stopping);
        await using var command = stage.Service.Database.CreateCommand(
            "select e.id, e.created_at from bridge.events e join bridge.tasks t on t.id = e.task_id where t.task_id = any ($1)");
        command.Parameters.Add(new() { Value = ids.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var latencies = new List<TimeSpan>();
        while (await reader.ReadAsync(stopping))
        {
            if (arrivals.TryGetValue(Persistence.TypeId.Format(Persistence.TypeId.Event, reader.GetGuid(0)), out var at))
                latencies.Add(at - await reader.GetFieldValueAsync<DateTimeOffset>(1, stopping));
        }

        return new(latencies);
    }
}
