using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Polling;

/// <summary>Mends due times that a claim wrote and the poll did not keep. They leave alone what was claimed since, and lock in id order.</summary>
internal static class CorrectClaims
{
    // The slots first, as everybody locks them: claims hold a slot while they lock its tasks. What was due before keeps its place before
    // what came due since: with the time of the hand-back it could wait for ever behind others.
    private const string HandBackSlots = """
        with due as materialized (
            select t.slot_id, min(t.last_polled_at - h.late) as next_due
            from unnest($1, $2) h (id, late) join bridge.tasks t on t.id = h.id
            where t.slot_id is not null
            group by t.slot_id
        ), locked as materialized (
            select id from bridge.slots where id = any (array(select slot_id from due)) order by id for update
        )
        update bridge.slots s set next_due = least(s.next_due, d.next_due)
        from due d where s.id = d.slot_id and s.id in (select id from locked)
        """;

    private const string HandBackTasks = """
        with locked as materialized (
            select id from bridge.tasks where id = any ($1) and ended_at is null order by id for no key update
        )
        update bridge.tasks t set next_poll_at = t.last_polled_at - h.late, polls = t.polls - 1, last_polled_at = h.last_polled_at
        from unnest($1, $2, $3, $4) h (id, late, polls, last_polled_at)
        where t.id = h.id and t.polls = h.polls and t.ended_at is null and t.id in (select id from locked)
        """;

    private const string PushOnTasks = """
        with locked as materialized (
            select id from bridge.tasks where id = any ($1) and ended_at is null order by id for no key update
        )
        update bridge.tasks t
        set next_poll_at = greatest(t.next_poll_at, t.last_polled_at + p.latest + p.minimum), last_polled_at = t.last_polled_at + p.latest
        from unnest($1, $2, $3, $4) p (id, latest, minimum, polls)
        where t.id = p.id and t.polls = p.polls and t.ended_at is null and t.id in (select id from locked)
        """;

    /// <summary>The polls were not made: the tasks are due as they were before the claim.</summary>
    public static async Task HandBackAsync(NpgsqlDataSource dataSource, IReadOnlyList<HandBack> rows)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(HandBackSlots) { Parameters = { Rows.Column(rows, r => r.Task.Id), Rows.Column(rows, r => r.Task.Late) } });
        batch.BatchCommands.Add(new(HandBackTasks)
        {
            Parameters =
            {
                Rows.Column(rows, r => r.Task.Id), Rows.Column(rows, r => r.Task.Late), Rows.Column(rows, r => r.Task.Polls),
                Rows.Column(rows, r => r.Task.LastPolledAt, NpgsqlDbType.TimestampTz),
            },
        });
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>The upstream may have seen the requests as late as this after the claim: the minimum counts from there.</summary>
    public static async Task PushOnAsync(NpgsqlDataSource dataSource, IReadOnlyList<PushOn> rows)
    {
        await using var command = dataSource.CreateCommand(PushOnTasks);
        command.Parameters.Add(Rows.Column(rows, r => r.Task.Id));
        command.Parameters.Add(Rows.Column(rows, r => r.Latest));
        command.Parameters.Add(Rows.Column(rows, r => r.Minimum));
        command.Parameters.Add(Rows.Column(rows, r => r.Task.Polls));
        await command.ExecuteNonQueryAsync();
    }
}
