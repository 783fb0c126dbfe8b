using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>
/// Stops tracking a task: it ends as <c>stopped</c> without an event, and what has not been delivered yet is cancelled. A task
/// that has ended keeps its status. An attempt on the wire may still arrive.
/// </summary>
internal static class StopTask
{
    private const string StopSql = """
        update bridge.tasks
        set status = 'stopped', ended_at = now(), next_poll_at = null, slot_id = null
        where id = $1 and ended_at is null
        """;

    private const string CancelSql = """
        update bridge.deliveries
        set state = 'cancelled', ended_at = now(), next_attempt_at = null, leased_until = null
        where id in (select id from bridge.deliveries where task_id = $1 and state = 'pending' order by id for no key update)
          and state = 'pending'
        """;

    private const string EraseTaskSql = """
        update bridge.tasks
        set metadata = null, video_urls = '{}', error_message = null, last_failure_detail = null, erased_at = now()
        where id = $1
        """;

    private const string EraseEventsSql = "update bridge.events set payload = '' where task_id = $1";

    private const string EraseAttemptsSql = """
        update bridge.delivery_attempts set response_body = null
        where delivery_id in (select id from bridge.deliveries where task_id = $1)
        """;

    /// <summary>One transaction. The task's row is locked first, so that an outcome is either recorded before or not at all.</summary>
    public static async Task RunAsync(NpgsqlDataSource dataSource, Guid task, bool erase, CancellationToken cancellation)
    {
        await using var batch = dataSource.CreateBatch();
        string[] statements = erase ? [StopSql, CancelSql, EraseTaskSql, EraseEventsSql, EraseAttemptsSql] : [StopSql, CancelSql];
        foreach (var sql in statements) batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = task } } });
        await batch.ExecuteNonQueryAsync(cancellation);
    }
}
