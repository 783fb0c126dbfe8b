using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Tasks;

/// <summary>
/// Stops tracking tasks: they end as <c>stopped</c> without an event, and what has not been delivered yet is cancelled, to callbacks
/// and endpoints alike. A task that has ended keeps its status; a fresh link is not fetched for it any more. An attempt on the wire may
/// still arrive.
/// </summary>
internal static class StopTasks
{
    // Indexes: the primary key; deliveries_task and events_task for what hangs on a task. All locks in id order, tasks before deliveries.
    // The locks first, on ended ones too: whoever adds a callback or records a link has either done so or finds the task as it is then.
    private const string StopSql = """
        with locked as materialized (
            select id, ended_at is null as alive
            from bridge.tasks
            where id = any ($1) and ($2 is null or client_id = $2)
            order by id
            for no key update
        ), stopped as (
            update bridge.tasks t
            set status = case when l.alive then 'stopped' else t.status end, ended_at = coalesce(t.ended_at, now()), next_poll_at = null,
                slot_id = null, refresh_due_at = null, refresh_requested_at = null, refresh_tries = 0
            from locked l
            where t.id = l.id and (l.alive or t.refresh_due_at is not null)
        )
        select id, alive from locked
        """;

    private const string CancelSql = """
        update bridge.deliveries
        set state = 'cancelled', ended_at = now(), next_attempt_at = null, leased_until = null
        where id in (select id from bridge.deliveries where task_id = any ($1) and state = 'pending' order by id for no key update)
          and state = 'pending'
        """;

    private const string EraseTasksSql = """
        update bridge.tasks
        set metadata = null, video_urls = '{}', video_url_expires_at = null, error_message = null, last_failure_detail = null,
            erased_at = coalesce(erased_at, now())
        where id = any ($1)
        """;

    private const string EraseEventsSql = "update bridge.events set payload = '' where task_id = any ($1) and payload <> ''";

    private const string EraseAttemptsSql = """
        update bridge.delivery_attempts set response_body = null
        where delivery_id in (select id from bridge.deliveries where task_id = any ($1)) and response_body is not null
        """;

    /// <summary>One transaction. The tasks that are there, and whether each was in flight until now.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="tasks">Which, not too many at a time: their rows stay locked until all is written.</param>
    /// <param name="client">Whose tasks alone; null for everybody's.</param>
    /// <param name="erase">Whether what callers and the upstream said is removed as well.</param>
    /// <param name="cancellation">Gives up before the commit.</param>
    public static async Task<Dictionary<Guid, bool>> RunAsync(
        NpgsqlDataSource dataSource, Guid[] tasks, Guid? client, bool erase, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var found = await StopAsync(connection, tasks, client, cancellation);
        if (found.Count == 0) return found;

        await using var batch = new NpgsqlBatch(connection, transaction);
        string[] statements = erase ? [CancelSql, EraseTasksSql, EraseEventsSql, EraseAttemptsSql] : [CancelSql];
        foreach (var sql in statements) batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = found.Keys.ToArray() } } });
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return found;
    }

    private static async Task<Dictionary<Guid, bool>> StopAsync(
        NpgsqlConnection connection, Guid[] tasks, Guid? client, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(StopSql, connection)
        {
            Parameters =
            {
                new() { Value = tasks },
                new() { Value = (object?)client ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<Guid, bool>();
        while (await reader.ReadAsync(cancellation)) found[reader.GetGuid(0)] = reader.GetBoolean(1);
        return found;
    }
}
