using System.Collections.Concurrent;
using System.Net;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Faults.Database;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults;

/// <summary>
/// The service on a server that can be hurt, callers who register tasks all the while, and an account of what was accepted: each of it
/// has to end once and to arrive.
/// </summary>
internal sealed class FaultWorld : IAsyncDisposable
{
    /// <summary>The documented 30 to 60 s become 1 to 2 s.</summary>
    public const double TimeScale = 1.0 / 30;

    private const int Callers = 4;

    // What came to the receiver and was not settled is sent again soon.
    private static readonly (string Key, string Value)[] ShortLeases = [("Bridge:Delivery:Timeout", "2s"), ("Bridge:Delivery:Lease", "3s")];

    private readonly ConcurrentBag<string> _accepted = [];
    private readonly MortalPostgres _postgres;
    private readonly NpgsqlDataSource _way;
    private long _longestAnswer;
    private int _refused;

    private FaultWorld(
        MortalPostgres postgres, NpgsqlDataSource way, EmulatorServer upstream, ReceiverServer receiver, BridgeApplication bridge) =>
        (_postgres, _way, Upstream, Receiver, Bridge, Database) = (postgres, way, upstream, receiver, bridge, postgres.Database);

    public EmulatorServer Upstream { get; }

    public ReceiverServer Receiver { get; }

    public BridgeApplication Bridge { get; private set; }

    public string ClientKey { get; private init; } = "";

    /// <summary>Where the account is made up: the database that holds now.</summary>
    public TestDatabase Database { get; set; }

    public BridgeClient Client => Bridge.ClientOf(ClientKey);

    /// <summary>The upstream's ids of all that was answered with 2xx.</summary>
    public IReadOnlyCollection<string> Accepted => _accepted;

    /// <summary>How many registrations were answered with 503.</summary>
    public int Refused => _refused;

    public TimeSpan LongestAnswer => TimeSpan.FromTicks(Interlocked.Read(ref _longestAnswer));

    /// <param name="postgres">The server; its database may be new or have seen another world.</param>
    /// <param name="way">The connection string of the service; null for the server's own.</param>
    /// <param name="settings">Configuration besides what every test needs.</param>
    public static async Task<FaultWorld> StartAsync(
        MortalPostgres postgres, string? way = null, params (string Key, string Value)[] settings)
    {
        var upstream = await EmulatorServer.StartAsync(
            new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = TimeScale });
        var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        var source = BridgeDataSource.Create(way ?? postgres.ConnectionString, maxConnections: 20);
        var bridge = await ServeAsync(postgres, source, upstream, settings);
        var client = await bridge.CreateClientAsync();
        var secret = await bridge.ClientOf(client.ApiKey).GetSigningSecretAsync(TestContext.Current.CancellationToken);
        receiver.Secrets = [WebhookSecret.Parse(secret.Secret)];
        return new(postgres, source, upstream, receiver, bridge) { ClientKey = client.ApiKey };
    }

    /// <summary>Stops the service, has something done, and starts it again.</summary>
    /// <param name="meanwhile">What is done; null for nothing.</param>
    /// <param name="settings">Configuration besides what every test needs.</param>
    public async Task RestartAsync(Func<Task>? meanwhile, params (string Key, string Value)[] settings)
    {
        await Bridge.DisposeAsync();
        // A new process has no connections of an old one.
        _way.Clear();
        if (meanwhile is not null) await meanwhile();
        Bridge = await ServeAsync(_postgres, _way, Upstream, settings);
    }

    /// <summary>Has callers register one task after the other, before the fault, while it lasts and after it.</summary>
    /// <param name="fault">Begins and ends the fault.</param>
    /// <param name="around">How many tasks are accepted before, and again after it.</param>
    public async Task RegisterAroundAsync(Func<Task> fault, int around = 20)
    {
        using var enough = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(_ => RegisterUntilAsync(enough.Token)).ToArray();
        await AcceptAsync(around);
        await fault();
        await AcceptAsync(_accepted.Count + around);
        await enough.CancelAsync();
        await Task.WhenAll(callers);

        Task AcceptAsync(int count) => Wait.UntilAsync(
            () => Task.FromResult(_accepted.Count >= count || callers.Any(caller => caller.IsFaulted)),
            $"{count} tasks are accepted", World.Patience);
    }

    /// <summary>Makes one task that ends with its second poll, and registers it; false where that was answered with 503.</summary>
    public async Task<bool> TryRegisterAsync() => await TryRegisterAsync(NewTask());

    public string NewTask() => Upstream.Tasks.Create(new NewTask
    {
        Family = EmulatedFamily.All[_accepted.Count % EmulatedFamily.All.Length],
        Statuses = [EmulatedStatus.Processing, EmulatedStatus.Completed],
    }).Id;

    /// <summary>Registers so many tasks one after the other; returns their ids.</summary>
    public async Task<IReadOnlyList<string>> RegisterAsync(int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => NewTask()).ToArray();
        foreach (var id in ids) (await TryRegisterAsync(id)).ShouldBeTrue();
        return ids;
    }

    /// <summary>Registers a task, or registers it again; false where that was answered with 503.</summary>
    public async Task<bool> TryRegisterAsync(string id)
    {
        var asked = TimeProvider.System.GetTimestamp();
        using var answer = await Bridge.As(ClientKey)
            .PostAsync("/v1/tasks", new { task_id = id, callback_url = Receiver.Hook().AbsoluteUri });
        Note(TimeProvider.System.GetElapsedTime(asked));
        if (answer.Status is HttpStatusCode.Created or HttpStatusCode.OK)
        {
            _accepted.Add(id);
            return true;
        }

        answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        Interlocked.Increment(ref _refused);
        return false;
    }

    /// <summary>Nothing accepted is lost, nothing has two ids, and nothing was asked about too early.</summary>
    public async Task ShouldHaveLostNothingAsync(bool isPolledInTime = true)
    {
        await Wait.UntilAsync(
            async () => await Database.CountAsync("bridge.tasks where ended_at is null") == 0
                && await Database.CountAsync("bridge.deliveries where state = 'pending'") == 0,
            "every task has ended and every webhook has arrived", World.Patience);

        Receiver.Webhooks.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified);
        var ids = IdsByTask();
        ids.Select(task => task.Key).Order(StringComparer.Ordinal).ShouldBe(_accepted.Distinct().Order(StringComparer.Ordinal));
        ids.ShouldAllBe(task => task.Distinct().Count() == 1);
        if (isPolledInTime) Upstream.Report().Violations[Violation.TooEarly].ShouldBe(0);
        var webhooks = Receiver.Webhooks.Count;
        Soak.Say($"{_accepted.Count} accepted, {_refused} refused, {webhooks} webhooks, longest answer {LongestAnswer.TotalSeconds:0.0} s");
    }

    /// <summary>The ids of the webhooks that arrived, by the task that they tell the end of.</summary>
    public ILookup<string, string> IdsByTask() => Receiver.Webhooks.ToLookup(
        webhook => WebhookEvent.Read(webhook.Body.Span).ReadTask()!.TaskId, webhook => webhook.WebhookId, StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await Bridge.DisposeAsync();
        await Receiver.DisposeAsync();
        await Upstream.DisposeAsync();
        await _way.DisposeAsync();
    }

    private static Task<BridgeApplication> ServeAsync(
        MortalPostgres postgres, NpgsqlDataSource way, EmulatorServer upstream, (string Key, string Value)[] settings) =>
        BridgeApplication.StartAsync(
            postgres.Database, way, ownsDatabase: false, null,
            [.. World.Settings(upstream.BaseUrl, TimeScale), .. ShortLeases, .. settings]);

    // A caller repeats what was refused until it is accepted, and then goes on to the next.
    private async Task RegisterUntilAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var id = NewTask();
            await Wait.UntilAsync(() => TryRegisterAsync(id), "the task is accepted", World.Patience);
        }
    }

    private void Note(TimeSpan answered)
    {
        var longest = Interlocked.Read(ref _longestAnswer);
        while (answered.Ticks > longest)
        {
            var seen = Interlocked.CompareExchange(ref _longestAnswer, answered.Ticks, longest);
            if (seen == longest) return;
            longest = seen;
        }
    }
}
