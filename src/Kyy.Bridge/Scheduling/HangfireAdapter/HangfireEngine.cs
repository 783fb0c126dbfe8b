using Hangfire;
using Hangfire.Common;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling.HostedLoops;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>
/// Runs the hosted loops in shifts that Hangfire calls, so that operators see each work in its dashboard: a recurring job for each, and
/// what each shift did as its result. Lateness and throughput are the loops' own.
/// </summary>
internal sealed partial class HangfireEngine(
    JobStorage storage, DatabaseClock clock, Liveness liveness, TimeProvider time, ILogger<HangfireEngine> logger, ILogger<WorkLoop> loopLogger)
    : IEngine
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    public async Task RunAsync(IReadOnlyCollection<IRecurringWork> works, CancellationToken stopping)
    {
        var filters = HangfireStorage.NewFilters();
        using var rota = new Rota(storage, filters, clock);
        var shifted = works.Select(work => new ShiftedWork(work, rota, time)).ToDictionary(work => work.Name);
        var activator = new ShiftJobs.Activator(new(rota, shifted, stopping));
        // For each work a shift and the one that relieves it, and the calls of other replicas.
        using var server = HangfireServer.Start(storage, filters, activator, rota.Queue, (2 * works.Count) + 2);
        LogStarted(logger, rota.Replica);

        var loops = new HostedEngine(liveness, time, loopLogger).RunAsync(shifted.Values, stopping);
        await AddRecurringJobsAsync(filters, shifted.Keys, stopping);
        await loops;
        server.SendStop();
        await server.WaitForShutdownAsync(CancellationToken.None);
    }

    // Until it succeeds, the replica calls its shifts itself.
    private async Task AddRecurringJobsAsync(IJobFilterProvider filters, IReadOnlyCollection<string> works, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Run(() => AddRecurringJobs(new(storage, filters), works), CancellationToken.None);
                return;
            }
            catch (Exception exception)
            {
                LogNotAdded(logger, exception);
                await Task.Delay(AfterFailure, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static void AddRecurringJobs(RecurringJobManager manager, IEnumerable<string> works)
    {
        foreach (var work in works)
            manager.AddOrUpdate(work, Job.FromExpression<ShiftJobs>(jobs => jobs.LeadShiftAsync(work)), Shift.Cron, new RecurringJobOptions());
    }

    [LoggerMessage(1220, LogLevel.Information, "Hangfire calls the shifts of this process, replica {Replica}")]
    private static partial void LogStarted(ILogger logger, string replica);

    [LoggerMessage(1221, LogLevel.Warning, "Hangfire's recurring jobs could not be written; tried again in a second")]
    private static partial void LogNotAdded(ILogger logger, Exception exception);
}
