using System.Data;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Polling.Budgets;

/// <summary>
/// Keeps pauses where every replica sees them and a restart does not forget them. Each change is one short transaction under the
/// budget's row lock; whoever comes second finds what the first has done.
/// </summary>
internal sealed class BudgetStore(NpgsqlDataSource dataSource, KeyEvents events)
{
    private const string LockSql = """
        select state, trips, pace, ceiling, now() - pace_at from bridge.upstream_budgets where id = $1 for update
        """;

    // A rejected key stays rejected whatever else goes wrong; a longer pause that runs already stays.
    private const string PauseSql = """
        update bridge.upstream_budgets
        set state_since = case when state = $2 then state_since else now() end, state = $2, reason = $3, status_code = $4,
            paused_until = greatest(paused_until, now() + $5), probe_until = null, trips = $6,
            pace = coalesce($7, pace), ceiling = coalesce($8, ceiling), pace_at = case when $7 is null then pace_at else now() end
        where id = $1
        returning paused_until - now(), state_since
        """;

    // What came due in a pause of a window or more is spread over a window; a short one left little, and the rate starts further up.
    private const string ReopenSql = """
        update bridge.upstream_budgets
        set state = 'active', state_since = now(), reason = null, status_code = null, paused_until = null, probe_until = null, trips = 0,
            reopened_at = now() - greatest($2 - (now() - state_since), interval '0')
        where id = $1
        returning state_since
        """;

    // One call on behalf of all replicas. A process that dies with it holds the others up for as long as a call may take.
    private const string ProbeSql = """
        update bridge.upstream_budgets set probe_until = now() + $2
        where id = $1 and state <> 'active' and paused_until <= now() and (probe_until is null or probe_until <= now())
        """;

    private const string LetGoSql = "update bridge.upstream_budgets set probe_until = null where id = $1 and probe_until is not null";

    /// <summary>Pauses a budget, or lengthens its pause.</summary>
    /// <param name="budget">Which one.</param>
    /// <param name="pause">What happened.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<PauseStored> PauseAsync(int budget, PauseWish pause, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        await EventWriting.AnnounceAsync(connection, cancellation);
        var (state, trips, pace, sincePace) = await LockAsync(connection, budget, cancellation);
        var isRejected = pause.IsRejected || state == UpstreamKeyStates.Rejected;
        // Only the first of those that fail together, and every probe, makes the next pause longer.
        var nextTrips = state == UpstreamKeyStates.Active || pause.IsProbe ? trips + 1 : trips;
        Pace? lowered = pause.LowersPace && state == UpstreamKeyStates.Active ? pace.Throttled(sincePace, pause.Window) : null;
        var (pausedFor, since) = await WriteAsync(connection, budget, pause, isRejected, nextTrips, lowered, cancellation);
        var isNewlyRejected = isRejected && state != UpstreamKeyStates.Rejected;
        if (isNewlyRejected)
            await events.RaiseAsync(connection, budget, EventTypes.UpstreamKeyRejected, since, pause.StatusCode, cancellation);
        await transaction.CommitAsync(cancellation);
        return new(pausedFor, isRejected, isNewlyRejected);
    }

    /// <summary>Ends a pause: the probe was answered. True where the key was rejected before.</summary>
    /// <param name="budget">Which one.</param>
    /// <param name="window">Over how long what came due meanwhile is spread.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> ReopenAsync(int budget, TimeSpan window, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        await EventWriting.AnnounceAsync(connection, cancellation);
        var (state, _, _, _) = await LockAsync(connection, budget, cancellation);
        if (state == UpstreamKeyStates.Active) return false;

        await using var command = new NpgsqlCommand(ReopenSql, connection)
        {
            Parameters = { new() { Value = budget }, new() { Value = window } },
        };
        var since = (DateTime)(await command.ExecuteScalarAsync(cancellation))!;
        if (state == UpstreamKeyStates.Rejected)
            await events.RaiseAsync(connection, budget, EventTypes.UpstreamKeyRestored, since, null, cancellation);
        await transaction.CommitAsync(cancellation);
        return state == UpstreamKeyStates.Rejected;
    }

    /// <summary>Whether this process may make the one call that a pause which is over allows.</summary>
    public async Task<bool> TryProbeAsync(int budget, TimeSpan longest, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(ProbeSql);
        command.Parameters.Add(new() { Value = budget });
        command.Parameters.Add(new() { Value = longest });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>The call was not made: another may make it.</summary>
    public async Task LetGoAsync(int budget)
    {
        await using var command = dataSource.CreateCommand(LetGoSql);
        command.Parameters.Add(new() { Value = budget });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<(string State, int Trips, Pace Pace, TimeSpan SincePace)> LockAsync(NpgsqlConnection connection, int budget, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(LockSql, connection) { Parameters = { new() { Value = budget } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) throw new InvalidOperationException($"There is no budget {budget}.");
        return (reader.GetString(0), reader.GetInt32(1), new(reader.GetDouble(2), reader.GetDouble(3)), reader.GetTimeSpan(4));
    }

    private static async Task<(TimeSpan PausedFor, DateTimeOffset Since)> WriteAsync(
        NpgsqlConnection connection, int budget, PauseWish pause, bool isRejected, int trips, Pace? lowered, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(PauseSql, connection)
        {
            Parameters =
            {
                new() { Value = budget },
                new() { Value = isRejected ? UpstreamKeyStates.Rejected : UpstreamKeyStates.Throttled },
                new() { Value = pause.Reason },
                new() { Value = (object?)pause.StatusCode ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
                new() { Value = pause.Length(trips - 1, isRejected) },
                new() { Value = trips },
                new() { Value = (object?)lowered?.Share ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double },
                new() { Value = (object?)lowered?.Ceiling ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetTimeSpan(0), reader.GetFieldValue<DateTimeOffset>(1));
    }
}

/// <summary>A pause that is wanted.</summary>
/// <param name="Reason">A word for why.</param>
/// <param name="StatusCode">The HTTP status, where that was it.</param>
/// <param name="IsRejected">Whether the upstream refuses the key.</param>
/// <param name="IsProbe">Whether it was the call after a pause that brought it.</param>
/// <param name="LowersPace">Whether the rate was too high.</param>
/// <param name="Window">The default family's minimum interval.</param>
/// <param name="Length">How long, given the pauses in a row before it and whether the key is refused.</param>
internal sealed record PauseWish(
    string Reason, int? StatusCode, bool IsRejected, bool IsProbe, bool LowersPace, TimeSpan Window, Func<int, bool, TimeSpan> Length);

/// <summary>A pause as it is stored.</summary>
/// <param name="PausedFor">What is left of it.</param>
/// <param name="IsRejected">Whether the key is refused.</param>
/// <param name="IsNewlyRejected">Whether this was what made it so.</param>
internal readonly record struct PauseStored(TimeSpan PausedFor, bool IsRejected, bool IsNewlyRejected);
