using System.Data;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>
/// Takes due tasks of one lane and moves each one's due time on in the same transaction: the claim is the reschedule. A process
/// that dies afterwards loses nothing, because its tasks come due again by themselves; there is no "running" state and no rescuer.
/// </summary>
/// <remarks>
/// Three statements in one short transaction that never waits for a lock: (1) lock due slots and their due tasks, index
/// <c>slots_turns</c> then <c>tasks_slot</c>; (2) write the planned due times, a HOT update, as no index covers
/// <c>next_poll_at</c>; (3) correct the slots, with a snapshot taken after they were locked, so that a task that was filed
/// meanwhile is seen. Whoever files a task locks its slot first.
/// </remarks>
internal sealed class ClaimDueTasks(NpgsqlDataSource dataSource)
{
    // Slots are locked by ctid from an array, and their tasks found by one: the textbook `in (select …)` was planned, without
    // statistics, as a scan of the whole table. What is sorted is the due times alone; only what is claimed is read whole. A row that
    // changed between the two is left out, and due all the same. `created` is believed only within two days before the registration,
    // and never after it. Each slot comes back as a row without a task as well, so that its time is corrected whatever was due in it.
    internal const string LockDue = """
        with due as materialized (
            select id from bridge.slots
            where ctid = any (array(
                select ctid from bridge.slots
                where lane = $1 and client_id = $5 and fresh = $6 and next_due <= coalesce($4, now())
                order by next_due
                limit $2
                for update skip locked))
        ), locked as materialized (
            select t.ctid
            from bridge.tasks t
            where t.slot_id = any (array(select id from due)) and t.next_poll_at <= coalesce($4, now())
            order by t.next_poll_at
            limit $3
            for no key update of t skip locked
        )
        select t.slot_id, t.id, t.task_id, t.upstream_key_id, t.family, t.family_given, t.service_tier, t.model, t.status,
               t.transitions, t.not_found, t.url_missing, t.consecutive_failures, t.upstream_created_at, t.last_polled_at,
               coalesce($4, now()) - least(t.registered_at, greatest(
                   coalesce(t.upstream_created_at, t.registered_at), t.registered_at - interval '2 days')),
               coalesce($4, now()) - t.registered_at,
               t.deadline_at - coalesce($4, now()), t.polls, t.client_id,
               t.consecutive_failures > 0 and coalesce(t.last_failure_kind, '') = 'forbidden',
               coalesce($4, now()) - t.last_polled_at, coalesce($4, now()) - t.next_poll_at
        from bridge.tasks t
        where t.ctid = any (array(select ctid from locked))
        union all
        select id, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
               null, null
        from due
        """;

    internal const string MoveOn = """
        update bridge.tasks t
        set next_poll_at = coalesce($3, now()) + c.interval, last_polled_at = coalesce($3, now()), polls = t.polls + 1
        from unnest($1, $2) c (id, interval)
        where t.id = c.id
        """;

    internal const string CorrectSlots = """
        with corrected as materialized (
            select s.id, m.first, m.fresh
            from bridge.slots s
            cross join lateral (
                select min(t.next_poll_at) as first, bool_or(t.polls = 0) as fresh from bridge.tasks t where t.slot_id = s.id
            ) m
            where s.id = any ($1)
        ), emptied as (
            delete from bridge.slots s using corrected c where s.id = c.id and c.first is null
        )
        update bridge.slots s set next_due = c.first, fresh = c.fresh from corrected c where s.id = c.id and c.first is not null
        """;

    // One full slot fills a claim; the second keeps a nearly empty one from being a claim of its own. A claim reads and sorts every due
    // member of its slots.
    private const int SlotsAClaim = 2;

    /// <summary>Claims at most <paramref name="limit"/> due tasks of one turn of a lane.</summary>
    /// <param name="turn">The lane, whose tasks in it, and whether those that were never asked about.</param>
    /// <param name="limit">No more than can be started within the slack of the lane's window.</param>
    /// <param name="plan">The interval to a task's next poll, given a jitter that is the same for all tasks of a slot.</param>
    /// <param name="jitter">Draws a jitter from 0 to 1.</param>
    /// <param name="now">The time, in tests; PostgreSQL's by default.</param>
    /// <param name="cancellation">Ends the claim with nothing claimed.</param>
    public async Task<List<DueTask>> ClaimAsync(
        ClaimTurn turn, int limit, Func<DueTask, double, TimeSpan> plan, Func<double> jitter, DateTimeOffset? now, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        // Begins with the first statement and ends with the last, for two trips instead of four.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        var (slots, claimed) = await LockDueAsync(connection, turn, limit, now, cancellation);
        if (slots.Count == 0) return [];

        await using var write = new NpgsqlBatch(connection, transaction);
        if (claimed.Count > 0) write.BatchCommands.Add(MoveOnCommand(claimed, plan, jitter, now));
        write.BatchCommands.Add(new(CorrectSlots) { Parameters = { new() { Value = slots.ToArray() } } });
        write.BatchCommands.Add(new("commit"));
        await write.ExecuteNonQueryAsync(cancellation);
        return claimed.ConvertAll(row => row.Task);
    }

    private static async Task<(HashSet<long> Slots, List<Claimed> Tasks)> LockDueAsync(
        NpgsqlConnection connection, ClaimTurn turn, int limit, DateTimeOffset? now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(LockDue, connection)
        {
            Parameters =
            {
                new() { Value = turn.Lane }, new() { Value = SlotsAClaim }, new() { Value = limit }, Rows.Time(now),
                new() { Value = turn.Client }, new() { Value = turn.Fresh },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var slots = new HashSet<long>();
        var tasks = new List<Claimed>();
        while (await reader.ReadAsync(cancellation))
        {
            slots.Add(reader.GetInt64(0));
            if (!reader.IsDBNull(1)) tasks.Add(new(Read(reader), reader.GetInt64(0)));
        }

        return (slots, tasks);
    }

    private static NpgsqlBatchCommand MoveOnCommand(
        List<Claimed> claimed, Func<DueTask, double, TimeSpan> plan, Func<double> jitter, DateTimeOffset? now)
    {
        var jitters = new Dictionary<long, double>();
        var (ids, intervals) = (new Guid[claimed.Count], new TimeSpan[claimed.Count]);
        for (var i = 0; i < claimed.Count; i++)
        {
            if (!jitters.TryGetValue(claimed[i].Slot, out var drawn)) jitters[claimed[i].Slot] = drawn = jitter();
            (ids[i], intervals[i]) = (claimed[i].Task.Id, plan(claimed[i].Task, drawn));
        }

        return new(MoveOn) { Parameters = { new() { Value = ids }, new() { Value = intervals }, Rows.Time(now) } };
    }

    private static DueTask Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(1),
        TaskId = row.GetString(2),
        UpstreamKeyId = row.GetGuid(3),
        Family = row.IsDBNull(4) ? null : row.GetString(4),
        FamilyGiven = row.GetBoolean(5),
        Tier = row.GetString(6),
        Model = row.IsDBNull(7) ? null : row.GetString(7),
        Status = row.GetString(8),
        WantsTransitions = row.GetBoolean(9),
        NotFound = row.GetInt32(10),
        UrlMissing = row.GetInt32(11),
        ConsecutiveFailures = row.GetInt32(12),
        UpstreamCreatedAt = row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
        LastPolledAt = row.IsDBNull(14) ? null : row.GetFieldValue<DateTimeOffset>(14),
        Age = row.GetTimeSpan(15),
        RegisteredFor = row.GetTimeSpan(16),
        DeadlineIn = row.GetTimeSpan(17),
        Polls = row.GetInt32(18) + 1,
        ClientId = row.GetGuid(19),
        IsForbidden = row.GetBoolean(20),
        SincePollBefore = row.IsDBNull(21) ? null : row.GetTimeSpan(21),
        Late = row.GetTimeSpan(22),
    };

    private readonly record struct Claimed(DueTask Task, long Slot);
}

/// <summary>What is claimed from at a time.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Client">Whose tasks in it.</param>
/// <param name="Fresh">Whether from the slots with tasks that were never asked about.</param>
internal readonly record struct ClaimTurn(int Lane, Guid Client, bool Fresh);
