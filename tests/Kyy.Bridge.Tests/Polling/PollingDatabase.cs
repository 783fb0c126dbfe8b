using Kyy.Bridge.Keys;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>A database with lanes, slots and tasks as a test wants them, whatever a registration would have made of them.</summary>
internal sealed class PollingDatabase : IAsyncDisposable
{
    /// <summary>The time that tests give to statements which take one.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Whose tasks they all are.</summary>
    public static readonly Guid Client = UpstreamKey.Operator;

    private const string TasksSql = """
        insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family, family_given, service_tier, service_tier_given,
                                  registered_at, deadline_at, slot_id, next_poll_at)
        select bridge.new_id(), $1, l.upstream_key_id, 'video_' || gen_random_uuid(), l.family, false, l.tier, false,
               $2::timestamptz - interval '5 minutes', $2::timestamptz + interval '1 day', s.id, $2
        from bridge.slots s
        join bridge.lanes l on l.id = s.lane
        cross join generate_series(1, $4) n
        where s.id = $3
        returning id
        """;

    private readonly TestDatabase _database;

    private PollingDatabase(TestDatabase database) =>
        (_database, Lanes, Claims) = (database, new(database.DataSource), new(database.DataSource));

    public NpgsqlDataSource DataSource => _database.DataSource;

    public Lanes Lanes { get; }

    public ClaimDueTasks Claims { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<PollingDatabase> CreateAsync(PostgresServer server) => new(await server.CreateDatabaseAsync());

    public async Task<int> LaneAsync(string family = "veo", string tier = "default") =>
        await Lanes.FindAsync(UpstreamKey.Operator, family, tier, Cancellation);

    public async Task<long> SlotAsync(int lane, DateTimeOffset nextDue) =>
        (await ReadAsync<long>(
            "insert into bridge.slots (lane, client_id, next_due) values ($1, $2, $3) returning id", lane, Client, nextDue)).Single();

    /// <summary>Tasks in a slot, due at a time; the slot's own time is left as it is.</summary>
    public Task<List<Guid>> TasksAsync(long slot, DateTimeOffset due, int count = 1) =>
        ReadAsync<Guid>(TasksSql, UpstreamKey.Operator, due, slot, count);

    /// <summary>A slot with tasks that are all due at a time, in a lane of the default family unless told otherwise.</summary>
    public async Task<(int Lane, long Slot, List<Guid> Tasks)> FileAsync(DateTimeOffset due, int count = 1, string family = "veo")
    {
        var lane = await LaneAsync(family);
        var slot = await SlotAsync(lane, due);
        return (lane, slot, await TasksAsync(slot, due, count));
    }

    /// <summary>Claims with the test's time and a plan that is the same for all.</summary>
    public Task<List<DueTask>> ClaimAsync(int lane, int limit = 1_000, TimeSpan? interval = null, DateTimeOffset? now = null) =>
        ClaimBothAsync(lane, limit, interval, now ?? Now);

    /// <summary>Claims by the database's own clock.</summary>
    public Task<List<DueTask>> ClaimNowAsync(int lane, TimeSpan? interval = null) => ClaimBothAsync(lane, 1_000, interval, null);

    /// <summary>The turn of the test's client in a lane, with tasks that were never asked about or with the others.</summary>
    public static ClaimTurn Turn(int lane, bool fresh = true) => new(lane, Client, fresh);

    public async Task<TaskTimes> TimesAsync(Guid task)
    {
        await using var command = Command("select next_poll_at, last_polled_at, polls, slot_id from bridge.tasks where id = $1", task);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        (await reader.ReadAsync(Cancellation)).ShouldBeTrue();
        return new(
            reader.IsDBNull(0) ? null : reader.GetFieldValue<DateTimeOffset>(0),
            reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1),
            reader.GetInt32(2),
            reader.IsDBNull(3) ? null : reader.GetInt64(3));
    }

    /// <summary>When a slot is due; null where it is gone.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(long slot)
    {
        var due = await ReadAsync<DateTimeOffset>("select next_due from bridge.slots where id = $1", slot);
        return due is [var one] ? one : null;
    }

    public async Task<DateTimeOffset> DatabaseTimeAsync() => (await ReadAsync<DateTimeOffset>("select now()")).Single();

    /// <summary>Ends a task, as a stop does.</summary>
    public Task EndAsync(Guid task) => ExecuteAsync(
        "update bridge.tasks set status = 'stopped', ended_at = now(), next_poll_at = null, slot_id = null where id = $1", task);

    public async Task<int> ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>The first column of every row.</summary>
    public async Task<List<T>> ReadAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var values = new List<T>();
        while (await reader.ReadAsync(Cancellation)) values.Add(await reader.GetFieldValueAsync<T>(0, Cancellation));
        return values;
    }

    /// <summary>Returns when another connection waits for a lock.</summary>
    public Task WhenBlockedAsync(int waiting = 1) => Wait.UntilAsync(
        async () => (await ReadAsync<int>(
            "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")).Count >= waiting,
        "somebody waits for a lock");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<List<DueTask>> ClaimBothAsync(int lane, int limit, TimeSpan? interval, DateTimeOffset? now)
    {
        var claimed = await Claims.ClaimAsync(Turn(lane), limit, Plan, () => 0, now, Cancellation);
        if (claimed.Count < limit) claimed.AddRange(await Claims.ClaimAsync(Turn(lane, fresh: false), limit - claimed.Count, Plan, () => 0, now, Cancellation));
        return claimed;

        TimeSpan Plan(DueTask task, double jitter) => interval ?? TimeSpan.FromSeconds(40);
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return command;
    }
}

/// <summary>What of a task's row the polling moves.</summary>
internal sealed record TaskTimes(DateTimeOffset? NextPollAt, DateTimeOffset? LastPolledAt, int Polls, long? Slot);
