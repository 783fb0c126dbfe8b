using System.Globalization;
using Kyy.Bridge.Benchmarks.Stages;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>
/// The service on a durable PostgreSQL, with the actors beside it, and a client whose tasks are registered while polling is held:
/// what is measured begins when it is released.
/// </summary>
internal sealed class LoadStage : IAsyncDisposable
{
    private const int LargestBatch = 10_000;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20), Patience = TimeSpan.FromMinutes(5);
    private static readonly HoldRequest Polling = new(HoldKinds.Polling);

    private readonly BridgeClient _client;
    private readonly string _callback;
    private readonly int _postgres;

    private LoadStage(Service service, ActorsProcess actors, BridgeClient client, int postgres) =>
        (Service, Actors, _client, _postgres, _callback) =
            (service, actors, client, postgres, new Uri(actors.Places.Receiver, "hook/load").AbsoluteUri);

    public Service Service { get; }

    public ActorsProcess Actors { get; }

    /// <param name="actors">Beside it; they stay with whoever gives them.</param>
    /// <param name="overHttp2">Whether the upstream is asked over TLS and HTTP/2.</param>
    /// <param name="folder">Takes the log and, while it lasts, the database.</param>
    /// <param name="settings">Before which those of <see cref="LoadSettings"/> give way.</param>
    /// <param name="stopping">Gives up.</param>
    public static async Task<LoadStage> StartAsync(
        ActorsProcess actors, bool overHttp2, string folder, IReadOnlyDictionary<string, string>? settings, CancellationToken stopping)
    {
        var authority = Path.Combine(folder, "authority.pem");
        await File.WriteAllTextAsync(authority, actors.Places.Authority, stopping);
        var all = new Dictionary<string, string>(LoadSettings.All) { ["SSL_CERT_FILE"] = authority };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) all[name] = value;
        var database = Path.Combine(folder, $"postgres-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        var service = await Service.StartAsync(
            new(overHttp2 ? actors.Places.SecureUpstream : actors.Places.Upstream, actors.Places.Key, new() { Directory = database },
                Path.Combine(folder, "bridge.log"), all), stopping);
        try
        {
            return new(service, actors, await service.NewClientAsync("load", stopping), await PostgresOfAsync(service, stopping));
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Holds polling, and makes and registers tasks whose end goes to the receiver.</summary>
    public async Task RegisterAsync(int tasks, int pollsOfEach, CancellationToken stopping)
    {
        await HoldAsync(stopping);
        foreach (var ids in (await Actors.CreateTasksAsync(tasks, pollsOfEach, stopping)).Chunk(LargestBatch))
            await RegisterAsync(ids, Families.StarVideos, stopping);
    }

    /// <summary>Nothing is asked until it is released.</summary>
    public Task HoldAsync(CancellationToken stopping) => Service.Operator.HoldAsync(Polling, stopping);

    /// <summary>Everything may be asked.</summary>
    public Task ReleaseAsync(CancellationToken stopping) => Service.Operator.ReleaseAsync(Polling, stopping);

    /// <summary>Registers tasks of the upstream, whose end goes to the receiver.</summary>
    public async Task RegisterAsync(IReadOnlyList<string> ids, string family, CancellationToken stopping)
    {
        var batch = ids.Select(id => new TaskRegistration { TaskId = id, CallbackUrl = _callback, Family = family }).ToList();
        var answer = await _client.RegisterBatchAsync(batch, cancellationToken: stopping);
        if (answer.Created != batch.Count) throw new InvalidOperationException($"Only {answer.Created} of {batch.Count} were registered.");
    }

    /// <summary>Releases polling, and returns what it took until the receiver had so many events.</summary>
    public async Task<LoadFigures> DrainAsync(int tasks, CancellationToken stopping)
    {
        await Actors.ForgetAsync(stopping);
        var before = await Actors.CountsAsync(stopping);
        await ReleaseAsync(stopping);
        await Until.TrueAsync(async () => (await Actors.CountsAsync(stopping)).Polls > before.Polls, BetweenLooks, Patience, stopping);
        var (started, cost) = (TimeProvider.System.GetTimestamp(), Cost());
        var done = await Until.TrueAsync(async () => (await Actors.CountsAsync(stopping)).Events >= tasks, BetweenLooks, Patience, stopping);
        var (elapsed, after, counts) = (TimeProvider.System.GetElapsedTime(started), Cost(), await Actors.CountsAsync(stopping));
        if (!done) throw new InvalidOperationException($"Only {counts.Events} of {tasks} webhooks came within {Patience.TotalMinutes} minutes.");
        return new(tasks, counts.Polls - before.Polls, counts.Webhooks, elapsed, after - cost, ProcessTimes.MemoryOf(Service.ProcessId).Most);
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    private LoadCost Cost() =>
        new(ProcessTimes.Of(Service.ProcessId), ProcessTimes.OfFamily(_postgres), ProcessTimes.Of(Actors.Id));

    private static async Task<int> PostgresOfAsync(Service service, CancellationToken stopping)
    {
        await using var command = service.Database.CreateCommand("select pg_backend_pid()");
        return ProcessTimes.ParentOf((int)(await command.ExecuteScalarAsync(stopping))!);
    }
}
