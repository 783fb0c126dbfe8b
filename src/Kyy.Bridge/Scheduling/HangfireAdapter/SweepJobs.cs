using Npgsql;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>
/// Sees to it that every job goes: those that were called on a replica that has died, where nobody else listens, and those that failed,
/// which Hangfire would keep until somebody repeats them.
/// </summary>
internal sealed class SweepJobs(NpgsqlDataSource dataSource) : IRecurringWork
{
    // Hangfire's own watchdog forgets a server that has died.
    private const string StrandedSql = """
        with stranded as (
            delete from hangfire.jobqueue q
            where starts_with(q.queue, $1)
              and not exists (select 1 from hangfire.server s where s.data -> 'Queues' ? q.queue)
            returning q.jobid)
        update hangfire.job j
           set expireat = now()
          from stranded
         where j.id = stranded.jobid and j.expireat is null
        """;

    // By ix_hangfire_job_statename.
    private const string FailedSql = "update hangfire.job set expireat = now() + $1 where statename = 'Failed' and expireat is null";

    public string Name => "sweep-jobs";

    public TimeSpan Cadence { get; } = TimeSpan.FromMinutes(1);

    public WakeSignal Wake { get; } = new();

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation) =>
        new(await RunAsync(StrandedSql, Rota.QueuePrefix, cancellation) + await RunAsync(FailedSql, HangfireStorage.JobsKept, cancellation));

    private async Task<int> RunAsync(string sql, object value, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
