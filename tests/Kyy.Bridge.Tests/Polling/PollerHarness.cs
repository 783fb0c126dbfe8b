using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tasks;
using Kyy.Bridge.Tasks.Refreshing;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Text;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.Extensions.Logging.Abstractions;
using EphemeralDataProtectionProvider = Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>A poller with all that it needs, without the service around it.</summary>
internal sealed class PollerHarness : IAsyncDisposable
{
    private readonly WakeSignal _wake = new();
    private readonly ModelFamily _family;
    private readonly OutcomeRecorder _recorder;
    private readonly AnswerIntake _intake;
    private readonly ClaimCorrections _corrections;
    private readonly Dispatcher _dispatcher;
    private readonly DatabaseClock _databaseClock;
    private readonly UpstreamOptions _options;
    private readonly EphemeralDataProtectionProvider _protection = new();

    private PollerHarness(
        PollingDatabase database, DatabaseClock databaseClock, TestClock clock, UpstreamOptions options, ModelFamily family)
    {
        (Database, Clock, _family, _databaseClock) = (database, clock, family, databaseClock);
        Upstream = new(clock);
        var inbox = new DeliveryInbox(new DeliverySettings(), clock);
        _recorder = new(
            database.DataSource, inbox, new TaskWaiters(database.DataSource, clock),
            new DurationRecorder(database.DataSource, ModelCatalogue.Documented, clock, NullLogger<DurationRecorder>.Instance),
            new Ids(clock), clock, NullLogger<OutcomeRecorder>.Instance);
        var (room, jitter) = (new PollRoom(options.MaxConcurrency, options.Timeout / 8, clock), new Jitter(() => Jitter()));
        _options = options;
        var keys = NewRing();
        Budgets = NewBudgets(keys);
        var keeper = new BudgetKeeper(Store, Budgets, options, jitter, clock, NullLogger<BudgetKeeper>.Instance);
        _intake = new(
            keeper, new Judge(ModelCatalogue.Documented), ModelCatalogue.Documented, database.Lanes, _recorder,
            new TransitionListeners(database.DataSource, clock), databaseClock, options, NullLogger<AnswerIntake>.Instance);
        _corrections = new(database.DataSource, clock, NullLogger<ClaimCorrections>.Instance);
        var asker = new Asker(Upstream, _intake, keeper, room, _corrections, clock, NullLogger<Asker>.Instance);
        Poller = new(
            database.DataSource, database.Claims, keys, ModelCatalogue.Documented, Budgets, keeper, asker, room,
            new LearnedEstimates(database.DataSource), new Lateness(), options, clock, jitter);
        _dispatcher = new(
            database.DataSource, inbox, null!, new DeliverySettings(), null!, clock, jitter, NullLogger<Dispatcher>.Instance);
        RefreshClaims = new(database.DataSource, ModelCatalogue.Documented);
        var settles = new SettleRefreshes(database.DataSource, options);
        Refreshes = new(
            database.DataSource, RefreshClaims, settles,
            new(
                database.DataSource, asker, _intake, keeper, RefreshClaims, settles, ModelCatalogue.Documented, databaseClock, _dispatcher,
                new Ids(clock), clock, NullLogger<Refresher>.Instance),
            Budgets, keeper, room, ModelCatalogue.Documented, options, clock);
    }

    public LiveBudgets Budgets { get; }

    public BudgetStore Store => new(Database.DataSource, new KeyEvents(_options));

    public EndOverdue EndOverdue => new(Database.DataSource, _recorder, _options, _databaseClock);

    public PollingDatabase Database { get; }

    public TestClock Clock { get; }

    public ScriptedUpstream Upstream { get; }

    public Poller Poller { get; }

    public RefreshWork Refreshes { get; }

    public ClaimRefreshes RefreshClaims { get; }

    public Func<double> Jitter { get; set; } = () => 0;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<PollerHarness> StartAsync(
        PostgresServer server, int maxConcurrency = 64, string family = "veo", bool hasKey = true, int perSecond = 1_000)
    {
        var database = await PollingDatabase.CreateAsync(server);
        var clock = new TestClock();
        var databaseClock = new DatabaseClock(database.DataSource, clock);
        await databaseClock.SynchroniseAsync(Cancellation);
        var options = new UpstreamOptions
        {
            ApiKey = hasKey ? new Secret("key") : null,
            MaxConcurrency = maxConcurrency,
            MaxRequestsPerSecond = perSecond,
        };
        var harness = new PollerHarness(database, databaseClock, clock, options, ModelCatalogue.Documented.Find(family)!);
        // The installation's secret, encrypted as this harness decrypts.
        await database.ExecuteAsync("delete from bridge.instance_secrets");
        await new KeyFingerprint(database.DataSource, harness._protection).CreateSecretAsync(Cancellation);
        await harness.Budgets.TickAsync(Cancellation);
        // Past the start, in which a process takes less than its part.
        clock.Advance(TimeSpan.FromSeconds(10));
        await databaseClock.SynchroniseAsync(Cancellation);
        return harness;
    }

    /// <summary>Tasks that are due now.</summary>
    public async Task<(int Lane, long Slot, List<Guid> Tasks)> FileDueAsync(int count, string family = "veo") =>
        await Database.FileAsync(await Database.DatabaseTimeAsync(), count, family);

    /// <summary>Tasks of another client that are due now; their upstream ids.</summary>
    public async Task<List<string>> FileForAsync(Guid client, int count)
    {
        var (_, slot, tasks) = await FileDueAsync(count);
        await Database.ExecuteAsync("update bridge.slots set client_id = $1 where id = $2", client, slot);
        await Database.ExecuteAsync("update bridge.tasks set client_id = $1 where slot_id = $2", client, slot);
        return await Database.ReadAsync<string>("select task_id from bridge.tasks where id = any ($1)", tasks.ToArray());
    }

    /// <summary>The budgets as another process has them.</summary>
    public LiveBudgets NewBudgets() => NewBudgets(NewRing());

    /// <summary>Makes all tasks due again, those first that were asked about least, as time does.</summary>
    public async Task MakeDueAsync()
    {
        await Database.ExecuteAsync("update bridge.tasks set next_poll_at = now() - make_interval(secs => 1.0 / (polls + 1)) where ended_at is null");
        await Database.ExecuteAsync("update bridge.slots set next_due = now()");
    }

    /// <summary>The stored state of the one budget: its name, why, and the pauses in a row.</summary>
    public async Task<string> BudgetAsync() => (await Database.ReadAsync<string>(
        "select concat_ws(' ', state, reason, status_code, trips) from bridge.upstream_budgets")).Single();

    /// <summary>Lets a stored pause be over, as time does.</summary>
    public Task EndPauseAsync() => Database.ExecuteAsync("update bridge.upstream_budgets set paused_until = now() where state <> 'active'");

    /// <summary>Starts what is due.</summary>
    public Task<WorkRun> StartRunAsync() => Poller.RunOnceAsync(_family, _wake, Cancellation);

    /// <summary>Starts what is due and waits for its answers.</summary>
    public async Task<WorkRun> RunAsync()
    {
        var run = await StartRunAsync();
        await Poller.WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        return run;
    }

    /// <summary>Starts the refreshes that are due and waits for their answers.</summary>
    public async Task RefreshAsync()
    {
        await Refreshes.RunOnceAsync(Cancellation);
        await Refreshes.WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }

    /// <summary>Runs as a loop does, until the upstream has been asked so often.</summary>
    public Task UntilAsync(int asked) => Wait.UntilAsync(
        async () =>
        {
            await RunAsync();
            return Upstream.Asked.Count >= asked;
        },
        $"the upstream has been asked {asked} times");

    private UpstreamKeyRing NewRing() => new(
        Database.DataSource, new UpstreamKeyProtection(_protection),
        new OperatorUpstreamKey(Database.DataSource, new KeyFingerprint(Database.DataSource, _protection), new KeyEvents(_options), _options),
        NullLogger<UpstreamKeyRing>.Instance);

    private LiveBudgets NewBudgets(UpstreamKeyRing keys) =>
        new(Database.DataSource, keys, _options, ModelCatalogue.Documented, new Ids(Clock), Clock);

    public async ValueTask DisposeAsync()
    {
        Upstream.Release();
        await Poller.WhenIdleAsync();
        await Refreshes.WhenIdleAsync();
        Refreshes.Wake.Dispose();
        await _dispatcher.DisposeAsync();
        await _intake.DisposeAsync();
        await _corrections.DisposeAsync();
        await _recorder.DisposeAsync();
        _wake.Dispose();
        await Database.DisposeAsync();
    }
}
