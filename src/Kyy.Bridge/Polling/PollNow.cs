using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>Makes a task due as soon as its window allows: never sooner than the minimum after its last poll.</summary>
internal static class PollNow
{
    // The slot first, as everybody locks them. Due a little early it is corrected by the next claim.
    private const string SlotSql = """
        update bridge.slots s set next_due = least(s.next_due, greatest(now(), coalesce(t.last_polled_at + $2, now())))
        from bridge.tasks t where t.id = $1 and s.id = t.slot_id
        """;

    private const string TaskSql = """
        update bridge.tasks
        set next_poll_at = least(next_poll_at, greatest(now(), coalesce(last_polled_at + $2, now())))
        where id = $1 and ended_at is null
        returning next_poll_at
        """;

    /// <summary>When it is due now; null where it has ended.</summary>
    public static async Task<DateTimeOffset?> RequestAsync(
        NpgsqlDataSource dataSource, Guid task, TimeSpan shortest, CancellationToken cancellation)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(SlotSql) { Parameters = { new() { Value = task }, new() { Value = shortest } } });
        batch.BatchCommands.Add(new(TaskSql) { Parameters = { new() { Value = task }, new() { Value = shortest } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }
}
