using Hangfire;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Scheduling.HangfireAdapter;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Scheduling.HangfireAdapter;

/// <summary>What operators see in Hangfire of the service's recurring work.</summary>
public sealed class ShiftsTests(PostgresServer server)
{
    private static readonly TimeSpan Cadence = TimeSpan.FromMilliseconds(200), Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_work_of_the_service_is_a_recurring_job_of_its_own_name()
    {
        await using var bridge = await BridgeApplication.StartAsync(server, null, ("Bridge:Roles", "api,worker"), Hangfire);
        var storage = bridge.Services.GetRequiredService<JobStorage>();

        await Wait.UntilAsync(() => Task.FromResult(Recurring(storage).Length == 18), "all recurring jobs are there", Patience);

        Recurring(storage).Select(job => job.Id).Order(StringComparer.Ordinal).ShouldBe(
            ["budgets", "clock", "deliver", "disable-endpoints", "end-overdue", "estimates", "listeners", "poll:default", "poll:sd2manxue",
             "poll:seedance15", "poll:starvideos", "poll:veo", "poll:videos", "prune", "refresh", "repair-slots", "replays", "sweep-jobs"]);
        Recurring(storage).ShouldAllBe(job => job.Cron == Shift.Cron && job.Job.Args.Single().Equals(job.Id));
    }

    [Fact]
    public async Task A_shift_ends_with_what_was_done_in_it_and_is_kept_for_an_hour()
    {
        await using var bridge = await StartAsync();
        var storage = bridge.Services.GetRequiredService<JobStorage>();
        await using var run = new EngineRun(bridge.Services.GetRequiredService<IEngine>(), new CountingWork(Cadence));

        await Wait.UntilAsync(() => Task.FromResult(Led(storage).Length >= 1), "a shift that the scheduler called has ended", Patience);

        var (id, shift) = Led(storage)[0];
        shift.Job.Args.ShouldBe(["test"]);
        ((string)shift.Result).ShouldMatch("\"done [1-9]\\d*, runs [1-9]\\d*, failed 0; \\d+\\.\\d s on replica [0-9a-z]{8}\"");
        var details = storage.GetMonitoringApi().JobDetails(id);
        (details.ExpireAt - details.CreatedAt)!.Value.ShouldBeInRange(TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task A_call_reaches_every_replica_that_is_alive()
    {
        await using var first = await StartAsync();
        await using var second = await BridgeApplication.StartAsync(first.Database, null, ownsDatabase: false, settings: Settings);
        var storage = first.Services.GetRequiredService<JobStorage>();
        await using var one = new EngineRun(first.Services.GetRequiredService<IEngine>(), new CountingWork(Cadence));
        await using var other = new EngineRun(second.Services.GetRequiredService<IEngine>(), new CountingWork(Cadence));

        await Wait.UntilAsync(() => Task.FromResult(Led(storage).Length >= 2), "the scheduler has called twice", Patience);

        // The recurring job itself works on one of the two, and calls the other.
        var ended = Succeeded(storage).Select(shift => (string)shift.Value.Result).ToArray();
        var replicas = ended.Select(result => result.Trim('"')[^8..]).Distinct().ToArray();
        replicas.Length.ShouldBe(2);
        storage.GetMonitoringApi().Servers().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_job_that_is_none_of_the_service_s_fails_unrun_is_not_repeated_and_goes_after_an_hour()
    {
        await using var bridge = await StartAsync();
        var storage = bridge.Services.GetRequiredService<JobStorage>();
        await using var run = new EngineRun(bridge.Services.GetRequiredService<IEngine>(), new CountingWork(Cadence));
        var client = new BackgroundJobClient(storage, HangfireStorage.NewFilters());

        var id = client.Enqueue<Unknown>(job => job.Run());

        await Wait.UntilAsync(() => Task.FromResult(storage.GetMonitoringApi().JobDetails(id).History[0].StateName == "Failed"), "it has failed", Patience);
        var details = storage.GetMonitoringApi().JobDetails(id);
        details.History.Select(state => state.StateName).ShouldBe(["Failed", "Enqueued"]);
        details.ExpireAt.ShouldBeNull();

        var swept = await new SweepJobs(bridge.Database.DataSource).RunOnceAsync(TestContext.Current.CancellationToken);

        swept.Done.ShouldBe(1);
        storage.GetMonitoringApi().JobDetails(id).ExpireAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task After_an_outage_of_the_database_that_outlasts_a_shift_the_work_goes_on()
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var gate = new DatabaseGate(database);
        await using var bridge = await BridgeApplication.StartAsync(database, gate.DataSource, ownsDatabase: false, settings: Settings);
        var work = new CountingWork(Cadence);
        await using var run = new EngineRun(bridge.Services.GetRequiredService<IEngine>(), work);
        await work.RanAsync(1);

        gate.Refuse();
        await work.RestsAsync(10 * Cadence);
        var before = work.Begins.Count;
        gate.Open();

        await work.RanAsync(before + 5);
    }

    [Fact]
    public async Task What_was_called_on_a_replica_that_has_died_is_swept_away()
    {
        await using var bridge = await StartAsync();
        var storage = bridge.Services.GetRequiredService<JobStorage>();
        var client = new BackgroundJobClient(storage, HangfireStorage.NewFilters());
        var stranded = client.Create<ShiftJobs>(jobs => jobs.WorkShiftAsync("test"), new global::Hangfire.States.EnqueuedState("shift-dead0000"));
        var common = client.Create<ShiftJobs>(jobs => jobs.WorkShiftAsync("test"), new global::Hangfire.States.EnqueuedState());

        var swept = await new SweepJobs(bridge.Database.DataSource).RunOnceAsync(TestContext.Current.CancellationToken);

        swept.Done.ShouldBe(1);
        var monitoring = storage.GetMonitoringApi();
        monitoring.Queues().Select(queue => queue.Name).ShouldBe(["default"]);
        monitoring.JobDetails(stranded).ExpireAt.ShouldNotBeNull();
        monitoring.JobDetails(common).ExpireAt.ShouldBeNull();
    }

    private static (string, string) Hangfire => ("Bridge:Scheduling:Engine", "Hangfire");

    private static (string, string)[] Settings => [Hangfire, ("Bridge:Roles", "api")];

    private Task<BridgeApplication> StartAsync() => BridgeApplication.StartAsync(server, null, Settings);

    private static RecurringJobDto[] Recurring(JobStorage storage)
    {
        using var connection = storage.GetConnection();
        return [.. connection.GetRecurringJobs()];
    }

    private static JobList<SucceededJobDto> Succeeded(JobStorage storage) => storage.GetMonitoringApi().SucceededJobs(0, 100);

    private static (string Id, SucceededJobDto Job)[] Led(JobStorage storage) =>
    [
        .. from shift in Succeeded(storage)
           where shift.Value.Job.Method.Name == nameof(ShiftJobs.LeadShiftAsync)
           select (shift.Key, shift.Value),
    ];

    /// <summary>A job that is none of the service's.</summary>
    public sealed class Unknown
    {
        /// <summary>Is never reached.</summary>
        public void Run() => throw new NotSupportedException();
    }
}
