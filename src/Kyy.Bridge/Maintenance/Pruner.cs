using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Scheduling;
using Npgsql;

namespace Kyy.Bridge.Maintenance;

/// <summary>Removes what has ended long enough ago, a bounded number of rows at a time. A task goes only when all its deliveries have ended.</summary>
internal sealed class Pruner(NpgsqlDataSource dataSource, RetentionSettings retention) : IRecurringWork
{
    private const int Batch = 1_000;

    // Attempts go with their delivery. Index deliveries_age.
    private const string DeliveriesSql = """
        delete from bridge.deliveries
        where ctid = any (array(
            select ctid from bridge.deliveries
            where created_at < now() - $1 and state <> 'pending' and ended_at < now() - $1
            order by created_at
            limit $2
            for update skip locked))
        """;

    // Index events_age.
    private const string EventsSql = """
        delete from bridge.events
        where ctid = any (array(
            select e.ctid from bridge.events e
            where e.created_at < now() - $1
              and not exists (select 1 from bridge.deliveries d where d.event_id = e.id and d.state = 'pending')
            order by e.created_at
            limit $2
            for update skip locked))
        """;

    // Callbacks, events, deliveries and attempts go with their task. Index tasks_ended.
    private const string TasksSql = """
        delete from bridge.tasks
        where ctid = any (array(
            select t.ctid from bridge.tasks t
            where t.ended_at < now() - $1
              and not exists (select 1 from bridge.deliveries d where d.task_id = t.id and d.state = 'pending')
            order by t.ended_at
            limit $2
            for update skip locked))
        """;

    private const string IdempotencySql = """
        delete from bridge.idempotency_keys
        where ctid = any (array(
            select ctid from bridge.idempotency_keys where created_at < now() - $1 order by created_at limit $2 for update skip locked))
        """;

    private static readonly TimeSpan IdempotencyKept = TimeSpan.FromHours(24);

    public string Name => "prune";

    public TimeSpan Cadence { get; } = TimeSpan.FromMinutes(5);

    public WakeSignal Wake { get; } = new();

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        var removed = await DeleteAsync(DeliveriesSql, retention.Deliveries, cancellation);
        removed += await DeleteAsync(EventsSql, retention.Events, cancellation);
        removed += await DeleteAsync(TasksSql, retention.Tasks, cancellation);
        removed += await DeleteAsync(IdempotencySql, IdempotencyKept, cancellation);
        removed += await EndpointRemoval.SweepAsync(dataSource, retention.Deliveries, Batch, cancellation);
        return new(removed, removed > 0 ? TimeSpan.FromMilliseconds(100) : null);
    }

    private async Task<int> DeleteAsync(string sql, TimeSpan age, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = age });
        command.Parameters.Add(new() { Value = Batch });
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
