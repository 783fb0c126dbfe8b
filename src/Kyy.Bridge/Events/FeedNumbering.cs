using Npgsql;

namespace Kyy.Bridge.Events;

/// <summary>
/// Notes the server whose numbers the events have. Where that is another server, as after restoring a dump, their old numbers mean
/// nothing any more and may be above the new server's: they are put, in the order of their times, below everything new.
/// </summary>
/// <remarks>
/// Safe with several replicas: under an advisory lock, and in one transaction, until whose end the feed answers 503. Events that are
/// written meanwhile have the new server's numbers already.
/// </remarks>
internal sealed partial class FeedNumbering(NpgsqlDataSource dataSource, TimeProvider time, ILogger<FeedNumbering> logger)
{
    private const string SystemSql = "select system_identifier::text from pg_control_system()";

    private const string NumberedBySql = "select identity from bridge.feed_state";

    // Without a note: numbered by this server, unless they have numbers that it has not given out yet.
    private const string IsForeignSql = """
        select exists (select from bridge.events where xid >= pg_snapshot_xmax(pg_current_snapshot()))
        """;

    // One number for each event if there are enough below all that are in use; else neighbours share one.
    private const string RenumberSql = """
        with room as (
            select least(count(*), pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1) as numbers, count(*) as events
            from bridge.events
        ), placed as (
            select id, row_number() over (order by created_at, id) - 1 as place from bridge.events
        )
        update bridge.events e
        set xid = (1 + placed.place * room.numbers / room.events)::text::xid8
        from placed, room
        where e.id = placed.id
        """;

    private const string NoteSql = "update bridge.feed_state set identity = $1";

    private const string NoteAnewSql = "update bridge.feed_state set identity = $1, removed_xid = null, removed_id = null";

    /// <summary>
    /// Held by whoever changes the feed's past, the pruner too: both touch many events and the feed's state, in no order that could be
    /// relied on. Any number that no other advisory lock of this database has: "kyy_past".
    /// </summary>
    public const long Lock = 0x6b79_795f_7061_7374;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Task? _running;

    /// <summary>Sees to it that the events are in this server's order; false where that takes longer, and goes on meanwhile.</summary>
    public async Task<bool> EnsureSoonAsync(CancellationToken cancellation)
    {
        Task running;
        lock (_gate)
        {
            // Not with the token of the request that happened to begin it.
            if (_running is null or { IsCompleted: true }) _running = Task.Run(() => EnsureAsync(CancellationToken.None), CancellationToken.None);
            running = _running;
        }

        try
        {
            await running.WaitAsync(Patience, time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Returns when the events are in this server's order.</summary>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, "set local statement_timeout = 0", cancellation);
        await ExecuteAsync(connection, "set local lock_timeout = 0", cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({Lock})", cancellation);
        var system = (string)(await ScalarAsync(connection, SystemSql, cancellation))!;
        var before = await ScalarAsync(connection, NumberedBySql, cancellation) as string;
        if (before == system) return;

        if (before is not null || await ScalarAsync(connection, IsForeignSql, cancellation) is true)
        {
            LogBegun(logger);
            var events = await ExecuteAsync(connection, RenumberSql, cancellation);
            await NoteAsync(connection, NoteAnewSql, system, cancellation);
            await transaction.CommitAsync(cancellation);
            LogDone(logger, events);
            return;
        }

        await NoteAsync(connection, NoteSql, system, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static Task<int> NoteAsync(NpgsqlConnection connection, string sql, string system, CancellationToken cancellation) =>
        ExecuteAsync(connection, sql, cancellation, new NpgsqlParameter { Value = system });

    private static async Task<int> ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellation);
    }

    [LoggerMessage(3301, LogLevel.Warning,
        "The events have another server's numbers, as after a restore: they are put in order, and the event feed answers 503 until that is done")]
    private static partial void LogBegun(ILogger logger);

    [LoggerMessage(3302, LogLevel.Information, "The event feed is in order again: {Events} events have new numbers, and cursors from before have expired")]
    private static partial void LogDone(ILogger logger, int events);
}
