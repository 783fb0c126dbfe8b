using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>
/// Replicas on one database, each with faults of its own, an upstream that counts what it is asked, and a receiver that keeps what it is
/// sent. Windows are those of <see cref="World"/>, leases as short as they may be.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1), Lease = TimeSpan.FromSeconds(2);

    /// <summary>What a delivery that a dead process held has to be sent again within.</summary>
    public static readonly TimeSpan AfterADeath = Lease + TimeSpan.FromSeconds(30);

    private readonly (string Key, string Value)[] _settings;
    private readonly List<BridgeProcess> _started = [];
    private string? _key;
    private int _numbers;

    private Fleet(TestDatabase database, EmulatorServer upstream, ReceiverServer receiver, (string Key, string Value)[] settings) =>
        (Database, Upstream, Receiver, _settings) = (database, upstream, receiver, settings);

    public TestDatabase Database { get; }

    public EmulatorServer Upstream { get; }

    public ReceiverServer Receiver { get; }

    /// <summary>What was registered: the end of each by its id.</summary>
    public Dictionary<string, string> Registered { get; } = new(StringComparer.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="server">Where the database is made.</param>
    /// <param name="settings">Configuration of all replicas besides what every test needs.</param>
    public static async Task<Fleet> StartAsync(PostgresServer server, params (string Key, string Value)[] settings) => new(
        await server.CreateDatabaseAsync(),
        await EmulatorServer.StartAsync(new() { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale }),
        await ReceiverServer.StartAsync(new()),
        settings);

    /// <summary>Starts a replica, whose number is one more than that of the one before, and returns when it listens.</summary>
    /// <param name="faults">What is to go wrong in it.</param>
    /// <param name="settings">Its own configuration.</param>
    public async Task<BridgeProcess> JoinAsync(ReplicaFaults? faults = null, params (string Key, string Value)[] settings)
    {
        var replica = await ReplicaProcess.StartAsync(
            faults ?? ReplicaFaults.None, Settings(Interlocked.Increment(ref _numbers), settings));
        lock (_started) _started.Add(replica);
        return replica;
    }

    /// <summary>Takes the schema away, as before the very first start.</summary>
    public Task EmptyTheDatabaseAsync() => Database.ExecuteAsync("drop schema bridge cascade");

    /// <summary>The client of the fleet, by one of its replicas.</summary>
    public async Task<BridgeClient> ClientOfAsync(BridgeProcess replica)
    {
        if (_key is not null) return replica.ClientOf(_key);
        _key = (await replica.ClientOf(BridgeApplication.AdminKey).CreateClientAsync(new("acme"), cancellationToken: Cancellation)).ApiKey;
        var client = replica.ClientOf(_key);
        Receiver.Secrets = [WebhookSecret.Parse((await client.GetSigningSecretAsync(Cancellation)).Secret)];
        return client;
    }

    /// <summary>Makes tasks at the upstream and registers them with one call, in turn of all families, each with a bare callback.</summary>
    /// <param name="replica">Who takes the call.</param>
    /// <param name="name">What their ids begin with.</param>
    /// <param name="count">How many.</param>
    /// <param name="statuses">What each poll of them is told, the last again and again.</param>
    public async Task RegisterAsync(BridgeProcess replica, string name, int count, params EmulatedStatus[] statuses)
    {
        var client = await ClientOfAsync(replica);
        TaskRegistration[] wanted =
        [
            .. Enumerable.Range(0, count).Select(number => Upstream.Tasks.Create(Task(name, number, statuses)))
                .Select(made => new TaskRegistration
                {
                    TaskId = made.Id, Family = made.Family.Name, CallbackUrl = Receiver.Hook(made.Id).AbsoluteUri,
                }),
        ];
        foreach (var task in wanted) Registered[task.TaskId] = statuses[^1].Word();
        var result = await RegisterAsync(client, wanted);
        (result.Created + result.Existing).ShouldBe(count);
    }

    public Task UntilPolledAsync(string name, int polls, TimeSpan patience) => Wait.UntilAsync(
        () => System.Threading.Tasks.Task.FromResult(Ids(name).All(id => Upstream.PollsOf(id).Count >= polls)),
        $"each of {name} was polled {polls} times", patience);

    public IEnumerable<string> Ids(string name) => Registered.Keys.Where(id => id.StartsWith($"{name}-", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _started) await replica.DisposeAsync();
        await Receiver.DisposeAsync();
        await Upstream.DisposeAsync();
        await Database.DisposeAsync();
    }

    // A caller whose answer is lost with its replica asks another one.
    private async Task<BatchResult> RegisterAsync(BridgeClient client, TaskRegistration[] wanted)
    {
        try
        {
            return await client.RegisterBatchAsync(wanted, cancellationToken: Cancellation);
        }
        catch (HttpRequestException) when (_started.Find(replica => !replica.HasEnded) is { } other)
        {
            return await (await ClientOfAsync(other)).RegisterBatchAsync(wanted, cancellationToken: Cancellation);
        }
    }

    private static NewTask Task(string name, int number, EmulatedStatus[] statuses) => new()
    {
        Id = $"{name}-{number}",
        Family = EmulatedFamily.All[number % EmulatedFamily.All.Length],
        Statuses = [.. statuses],
    };

    private (string Key, string Value)[] Settings(int number, (string Key, string Value)[] settings) =>
    [
        .. World.Settings(Upstream.BaseUrl),
        ("ConnectionStrings:Bridge", InsideTheRecord.ConnectionOf(Database, number)),
        ("Bridge:Database:MaxConnections", "10"),
        ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey),
        ("Bridge:Upstream:ApiKey", BridgeApplication.UpstreamKey),
        ("Bridge:Delivery:Timeout", $"{Timeout.TotalSeconds:0}s"),
        ("Bridge:Delivery:Lease", $"{Lease.TotalSeconds:0}s"),
        .. _settings,
        .. settings,
    ];
}
