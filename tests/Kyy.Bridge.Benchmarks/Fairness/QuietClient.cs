using Kyy.Bridge.Benchmarks.Stages;
using Kyy.Bridge.Client;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>The client that is measured: a steady stream of tasks that end, to a receiver that is well.</summary>
internal sealed class QuietClient(Stage stage, BridgeClient client, Receiver receiver)
{
    public const int PerSecond = 30;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Streams for a while, and returns what was measured when all of it has arrived.</summary>
    public async Task<Phase> StreamAsync(Company company, int round, TimeSpan duration, CancellationToken stopping)
    {
        var hook = receiver.Add(Manners.Prompt);
        var processors = Machine.WatchProcessors();
        var registered = await RegisterAsync(hook, duration, stopping);
        var used = processors();
        await Until.TrueAsync(() => Task.FromResult(hook.Arrivals.Count >= registered), Patience, stopping);
        var measured = await LatenciesAsync(hook.Arrivals);
        return new(company, round, measured, registered - measured.Count, used);
    }

    // By the clock, whether those before have been answered or not.
    private async Task<int> RegisterAsync(Hook hook, TimeSpan duration, CancellationToken stopping)
    {
        var count = (int)(duration.TotalSeconds * PerSecond);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PerSecond), TimeProvider.System);
        var registrations = new List<Task>();
        while (registrations.Count < count && await timer.WaitForNextTickAsync(stopping))
            registrations.Add(client.RegisterAsync(stage.NewTask(hook.Url), cancellationToken: stopping));
        await Task.WhenAll(registrations);
        return count;
    }

    // The event's own time is finer in the database than in the webhook.
    private async Task<List<TimeSpan>> LatenciesAsync(IReadOnlyDictionary<string, DateTimeOffset> arrivals)
    {
        var byEvent = arrivals.ToDictionary(arrival => IdOf(arrival.Key), arrival => arrival.Value);
        await using var command = stage.Database.CreateCommand("select id, created_at from bridge.events where id = any ($1)");
        command.Parameters.Add(new() { Value = byEvent.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync();
        var latencies = new List<TimeSpan>();
        while (await reader.ReadAsync())
            latencies.Add(byEvent[reader.GetGuid(0)] - await reader.GetFieldValueAsync<DateTimeOffset>(1));
        return latencies;
    }

    private static Guid IdOf(string webhook) => TypeId.TryParse(TypeId.Event, webhook, out var id)
        ? id
        : throw new InvalidOperationException($"A webhook came with the id '{webhook}'.");
}
