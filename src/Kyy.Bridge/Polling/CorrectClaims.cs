using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>Mends due times that a claim wrote and the poll did not keep. Both statements leave alone what was claimed since.</summary>
internal static class CorrectClaims
{
    // The slot first, as everybody locks them: claims hold a slot while they lock its tasks. What was due before keeps its place before
    // what came due since: with the time of the hand-back it could wait for ever behind others.
    private const string HandBackSlot = """
        update bridge.slots s set next_due = least(s.next_due, t.last_polled_at - $2)
        from bridge.tasks t where t.id = $1 and s.id = t.slot_id
        """;

    private const string HandBackTask = """
        update bridge.tasks set next_poll_at = last_polled_at - $4, polls = polls - 1, last_polled_at = $3
        where id = $1 and polls = $2 and ended_at is null
        """;

    private const string PushOnSql = """
        update bridge.tasks
        set next_poll_at = greatest(next_poll_at, last_polled_at + $3 + $4), last_polled_at = last_polled_at + $3
        where id = $1 and polls = $2 and ended_at is null
        """;

    /// <summary>The poll was not made: the task is due as it was before the claim.</summary>
    public static async Task HandBackAsync(NpgsqlDataSource dataSource, DueTask task)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(HandBackSlot) { Parameters = { new() { Value = task.Id }, new() { Value = task.Late } } });
        batch.BatchCommands.Add(new(HandBackTask)
        {
            Parameters =
            {
                new() { Value = task.Id }, new() { Value = task.Polls }, Rows.Time(task.LastPolledAt), new() { Value = task.Late },
            },
        });
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>The upstream may have seen the request as late as this after the claim: the minimum counts from there.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="task">The task, as it was claimed.</param>
    /// <param name="latest">From before the claim to the answer: later the upstream cannot have seen the request.</param>
    /// <param name="minimum">The window's minimum.</param>
    public static async Task PushOnAsync(NpgsqlDataSource dataSource, DueTask task, TimeSpan latest, TimeSpan minimum)
    {
        await using var command = dataSource.CreateCommand(PushOnSql);
        command.Parameters.Add(new() { Value = task.Id });
        command.Parameters.Add(new() { Value = task.Polls });
        command.Parameters.Add(new() { Value = latest });
        command.Parameters.Add(new() { Value = minimum });
        await command.ExecuteNonQueryAsync();
    }
}
