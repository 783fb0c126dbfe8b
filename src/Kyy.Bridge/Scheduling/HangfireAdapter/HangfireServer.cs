using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>Hangfire's server with the parts that shifts need.</summary>
/// <remarks>
/// Put together here rather than by <see cref="BackgroundJobServer"/>, which waits up to five minutes after a failure: PostgreSQL would be
/// back, and the polls would not.
/// </remarks>
internal static class HangfireServer
{
    public static readonly TimeSpan BetweenHeartbeats = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan
        SchedulerTick = TimeSpan.FromSeconds(1), AfterFailure = TimeSpan.FromSeconds(1),
        ForgottenAfter = TimeSpan.FromSeconds(30), BetweenChecks = TimeSpan.FromSeconds(10), StopWithin = TimeSpan.FromSeconds(15);

    /// <param name="storage">Where the jobs are.</param>
    /// <param name="filters">What they pass through.</param>
    /// <param name="activator">What they are called on.</param>
    /// <param name="ownQueue">This replica's queue.</param>
    /// <param name="workers">Jobs that run at the same time, a thread each.</param>
    public static BackgroundProcessingServer Start(
        JobStorage storage, IJobFilterProvider filters, JobActivator activator, string ownQueue, int workers)
    {
        string[] queues = [EnqueuedState.DefaultQueue, ownQueue];
        var processes = new[]
        {
            new Worker(queues, new BackgroundJobPerformer(filters, activator), new BackgroundJobStateChanger(filters))
                .UseBackgroundPool(workers),
            new RecurringJobScheduler(new BackgroundJobFactory(filters), SchedulerTick).UseBackgroundPool(1),
        };
        // What the dashboard shows of a server.
        var properties = new Dictionary<string, object> { ["Queues"] = queues, ["WorkerCount"] = workers };
        return new(storage, processes, properties, new()
        {
            HeartbeatInterval = BetweenHeartbeats,
            ServerTimeout = ForgottenAfter,
            ServerCheckInterval = BetweenChecks,
            RetryDelay = _ => AfterFailure,
            RestartDelay = AfterFailure,
            StopTimeout = StopWithin,
            ShutdownTimeout = StopWithin,
        });
    }
}
