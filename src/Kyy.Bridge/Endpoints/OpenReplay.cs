using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Endpoints;

/// <summary>A replay that this process does a step of, its row locked until the step is committed with the new position.</summary>
internal sealed record OpenReplay
{
    // The lock is the lease: it ends with the transaction, and with the connection of a process that dies. What the first step sees is
    // written with it: transactions from position_xid on were perhaps still under way.
    private const string TakeSql = """
        select id, client_id, endpoint_id, kind, state_filter, since, until, events, task_id, coalesce(started_at, now()),
               until >= created_at, position_at, position_id, second_pass,
               coalesce(position_xid, pg_snapshot_xmin(pg_current_snapshot()))
        from bridge.replays
        where ended_at is null and next_step_at <= now()
        order by next_step_at
        limit 1
        for update skip locked
        """;

    private const string MoveSql = """
        update bridge.replays
        set status = $2, started_at = $3, position_at = $4, position_id = $5, second_pass = $6, position_xid = $7,
            examined = examined + $8, queued = queued + $9, next_step_at = now() + $10, ended_at = case when $10 is null then now() end
        where id = $1
        """;

    private const string PutOffSql = "update bridge.replays set next_step_at = now() + $2 where id = $1 and ended_at is null";

    public required Guid Id { get; init; }
    public required Guid ClientId { get; init; }
    public Guid? EndpointId { get; init; }
    public required string Kind { get; init; }
    public string? StateFilter { get; init; }
    public required DateTimeOffset Since { get; init; }
    public required DateTimeOffset Until { get; init; }
    public string[]? Events { get; init; }
    public Guid? TaskId { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Whether it reaches up to its own beginning: then also what was written while it began is its own.</summary>
    public bool ReachesNow { get; init; }
    public DateTimeOffset? PositionAt { get; init; }
    public Guid PositionId { get; init; }
    public bool SecondPass { get; init; }
    public ulong PositionXid { get; init; }

    /// <summary>Locks one that is due; null where none is.</summary>
    public static async Task<OpenReplay?> TakeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TakeSql, connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? Read(row) : null;
    }

    /// <summary>Writes how far the step has brought it.</summary>
    public async Task MoveAsync(NpgsqlConnection connection, ReplayProgress to, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(MoveSql, connection)
        {
            Parameters =
            {
                new() { Value = Id },
                new() { Value = to.Status },
                new() { Value = StartedAt.ToUniversalTime() },
                Rows.Time(to.At.PositionAt),
                new() { Value = to.At.PositionId },
                new() { Value = to.At.SecondPass },
                new() { Value = to.At.PositionXid, NpgsqlDbType = NpgsqlDbType.Xid8 },
                new() { Value = to.Examined },
                new() { Value = to.Queued },
                new() { Value = (object?)to.Wait ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Lets the others go first where a step of it has failed.</summary>
    public async Task PutOffAsync(NpgsqlDataSource dataSource, TimeSpan wait)
    {
        await using var command = dataSource.CreateCommand(PutOffSql);
        command.Parameters.Add(new() { Value = Id });
        command.Parameters.Add(new() { Value = wait });
        await command.ExecuteNonQueryAsync();
    }

    private static OpenReplay Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        ClientId = row.GetGuid(1),
        EndpointId = row.IsDBNull(2) ? null : row.GetGuid(2),
        Kind = row.GetString(3),
        StateFilter = row.IsDBNull(4) ? null : row.GetString(4),
        Since = row.GetFieldValue<DateTimeOffset>(5),
        Until = row.GetFieldValue<DateTimeOffset>(6),
        Events = row.IsDBNull(7) ? null : row.GetFieldValue<string[]>(7),
        TaskId = row.IsDBNull(8) ? null : row.GetGuid(8),
        StartedAt = row.GetFieldValue<DateTimeOffset>(9),
        ReachesNow = row.GetBoolean(10),
        PositionAt = row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
        PositionId = row.IsDBNull(12) ? Guid.Empty : row.GetGuid(12),
        SecondPass = row.GetBoolean(13),
        PositionXid = row.GetFieldValue<ulong>(14),
    };
}

/// <summary>What a step has come to.</summary>
/// <param name="At">The replay with its new position.</param>
/// <param name="Status">Its status now.</param>
/// <param name="Wait">Until its next step; null where it has ended.</param>
/// <param name="Examined">Events or deliveries that were looked at.</param>
/// <param name="Queued">Those of them that are sent.</param>
internal sealed record ReplayProgress(OpenReplay At, string Status, TimeSpan? Wait, int Examined = 0, int Queued = 0);
