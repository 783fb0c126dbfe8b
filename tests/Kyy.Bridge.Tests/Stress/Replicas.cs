using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Stress;

/// <summary>
/// Processes of the service on one database, and an emulated upstream that all of them ask. Windows are those of <see cref="World"/>.
/// </summary>
internal sealed class Replicas : IAsyncDisposable
{
    private readonly (string Key, string Value)[] _settings;
    private readonly List<BridgeProcess> _running = [];

    private Replicas(TestDatabase database, EmulatorServer upstream, (string Key, string Value)[] settings) =>
        (Database, Upstream, _settings) = (database, upstream, settings);

    public EmulatorServer Upstream { get; }

    public TestDatabase Database { get; }

    /// <summary>Those that were started and not killed.</summary>
    public IReadOnlyList<BridgeProcess> Running => _running;

    /// <summary>A duration of this machine's, told to the emulator, which scales what it is told.</summary>
    public static TimeSpan Unscaled(TimeSpan real) => real / World.TimeScale;

    /// <summary>Tells what was measured.</summary>
    public static void Say(FormattableString line) => Soak.Say(FormattableString.Invariant(line));

    /// <param name="server">Where the database is made.</param>
    /// <param name="processes">How many begin together.</param>
    /// <param name="options">The upstream's; its time scale and key are set here.</param>
    /// <param name="settings">Configuration besides what every test needs.</param>
    public static async Task<Replicas> StartAsync(
        PostgresServer server, int processes, EmulatorOptions options, params (string Key, string Value)[] settings)
    {
        var upstream = await EmulatorServer.StartAsync(
            options with { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale });
        var replicas = new Replicas(await server.CreateDatabaseAsync(), upstream, settings);
        await replicas.JoinAsync(processes);
        return replicas;
    }

    /// <summary>Starts further processes, and returns when they have said in the database that they are alive.</summary>
    public async Task JoinAsync(int processes)
    {
        var before = TimeProvider.System.GetUtcNow();
        _running.AddRange(await Task.WhenAll(Enumerable.Range(0, processes).Select(_ => BridgeProcess.StartAsync(Settings()))));
        await Wait.UntilAsync(
            async () => (await StatsAsync()).Replicas.Count(replica => replica.StartedAt > before) == processes,
            "the new workers have said that they are alive");
    }

    /// <summary>kill -9 of the one that was started last.</summary>
    public async Task KillLastAsync()
    {
        var last = _running[^1];
        _running.RemoveAt(_running.Count - 1);
        await last.DisposeAsync();
    }

    public async Task KillAllAsync()
    {
        await Task.WhenAll(_running.Select(process => process.DisposeAsync().AsTask()));
        _running.Clear();
    }

    /// <summary>The API key of a new client.</summary>
    public async Task<string> NewClientAsync(string name = "acme") =>
        (await Admin.CreateClientAsync(new(name), cancellationToken: TestContext.Current.CancellationToken)).ApiKey;

    /// <summary>The client with this API key, by the first process that runs.</summary>
    public BridgeClient Of(string apiKey) => _running[0].ClientOf(apiKey);

    /// <summary>Makes tasks at the upstream and registers them, with one call.</summary>
    /// <param name="apiKey">For whom.</param>
    /// <param name="ids">Their ids.</param>
    /// <param name="task">What each does at the upstream.</param>
    /// <param name="key">The name of the client's key; null for the usual one.</param>
    public async Task RegisterAsync(string apiKey, IEnumerable<string> ids, NewTask task, string? key = null)
    {
        TaskRegistration[] wanted =
        [
            .. ids.Select(id => Upstream.Tasks.Create(task with { Id = id }))
                .Select(made => new TaskRegistration { TaskId = made.Id, Family = made.Family.Name, UpstreamKey = key }),
        ];
        var result = await Of(apiKey).RegisterBatchAsync(wanted, cancellationToken: TestContext.Current.CancellationToken);
        result.Created.ShouldBe(wanted.Length);
    }

    /// <summary>How many polls a second come in while the next so many do.</summary>
    public async Task<double> RateAsync(int polls)
    {
        var (before, start) = (Upstream.Report().Polls, TimeProvider.System.GetTimestamp());
        await Wait.UntilAsync(() => Upstream.Report().Polls >= before + polls, $"{polls} more polls have come in");
        return (Upstream.Report().Polls - before) / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    public Task<BridgeStats> StatsAsync() => Admin.GetStatsAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await KillAllAsync();
        await Upstream.DisposeAsync();
        await Database.DisposeAsync();
    }

    private BridgeClient Admin => _running[0].ClientOf(BridgeApplication.AdminKey);

    private (string Key, string Value)[] Settings() =>
    [
        .. World.Settings(Upstream.BaseUrl),
        ("ConnectionStrings:Bridge", Database.ConnectionString),
        ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey),
        ("Bridge:Upstream:ApiKey", BridgeApplication.UpstreamKey),
        .. _settings,
    ];
}
