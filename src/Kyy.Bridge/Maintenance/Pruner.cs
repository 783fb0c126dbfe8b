using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Events;
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

    // The last that goes, in the feed's order: a cursor from before it has expired.
    private const string NoteRemoved = """
        , last as (
            select xid, id from gone order by xid desc, id desc limit 1
        ), noted as (
            update bridge.feed_state state
            set removed_xid = last.xid, removed_id = last.id
            from last
            where state.removed_xid is null or (state.removed_xid, state.removed_id) < (last.xid, last.id)
        )
        """;

    // Index events_age.
    private const string EventsSql = $"""
        with gone as (
            delete from bridge.events
            where ctid = any (array(
                select e.ctid from bridge.events e
                where e.created_at < now() - $1
                  and not exists (select 1 from bridge.deliveries d where d.event_id = e.id and d.state = 'pending')
                order by e.created_at
                limit $2
                for update skip locked))
            returning xid, id
        ){NoteRemoved}
        select count(*) from gone
        """;

    // Callbacks, events, deliveries and attempts go with their task. Index tasks_ended.
    private const string TasksSql = $"""
        with ended as materialized (
            select t.ctid, t.id from bridge.tasks t
            where t.ended_at < now() - $1
              and not exists (select 1 from bridge.deliveries d where d.task_id = t.id and d.state = 'pending')
            order by t.ended_at
            limit $2
            for update skip locked
        ), gone as (
            select e.xid, e.id from bridge.events e join ended on ended.id = e.task_id
        ){NoteRemoved}, deleted as (
            delete from bridge.tasks where ctid = any (array(select ctid from ended)) returning 1
        )
        select count(*) from deleted
        """;

    // Index replays_age.
    private const string ReplaysSql = """
        delete from bridge.replays
        where ctid = any (array(
            select ctid from bridge.replays where ended_at < now() - $1 order by ended_at limit $2 for update skip locked))
        """;

    private static readonly string AloneSql = $"select pg_try_advisory_xact_lock({FeedNumbering.Lock})";

    private const string IdempotencySql = """
        delete from bridge.idempotency_keys
        where ctid = any (array(
            select ctid from bridge.idempotency_keys where created_at < now() - $1 order by created_at limit $2 for update skip locked))
        """;

    // A claim removes the slot that it finds empty, but none comes to those of a key that was removed. Nothing is filed in one of that age.
    private const string SlotsSql = """
        delete from bridge.slots
        where ctid = any (array(
            select s.ctid from bridge.slots s
            where s.next_due < now() - $1 and not exists (select 1 from bridge.tasks t where t.slot_id = s.id)
            limit $2
            for update skip locked))
        """;

    private static readonly TimeSpan SlotsKept = TimeSpan.FromDays(1);

    private static readonly TimeSpan IdempotencyKept = TimeSpan.FromHours(24);

    public string Name => "prune";

    public TimeSpan Cadence { get; } = TimeSpan.FromMinutes(5);

    public WakeSignal Wake { get; } = new();

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        var removed = await DeleteAsync(DeliveriesSql, retention.Deliveries, cancellation);
        removed += await DeleteEventsAsync(EventsSql, retention.Events, cancellation);
        removed += await DeleteEventsAsync(TasksSql, retention.Tasks, cancellation);
        removed += await DeleteAsync(IdempotencySql, IdempotencyKept, cancellation);
        removed += await DeleteAsync(ReplaysSql, retention.Deliveries, cancellation);
        removed += await DeleteAsync(SlotsSql, SlotsKept, cancellation);
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

    // Of what the feed shows: by one replica at a time, and not while the events are being put in order.
    private async Task<int> DeleteEventsAsync(string sql, TimeSpan age, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var alone = new NpgsqlCommand(AloneSql, connection);
        if (await alone.ExecuteScalarAsync(cancellation) is not true) return 0;

        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = age }, new() { Value = Batch } } };
        var removed = (long)(await command.ExecuteScalarAsync(cancellation))!;
        await transaction.CommitAsync(cancellation);
        return (int)removed;
    }
}
