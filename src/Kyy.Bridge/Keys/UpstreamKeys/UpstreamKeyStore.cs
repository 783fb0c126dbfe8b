using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Upstream;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>What came of setting a key.</summary>
internal enum UpstreamKeySet
{
    /// <summary>There was none of that name.</summary>
    Created,
    Replaced,

    /// <summary>The client has as many as it may have.</summary>
    TooMany,

    /// <summary>The client was deleted meanwhile.</summary>
    NoClient,
}

/// <summary>What came of removing a key.</summary>
/// <param name="WasThere">Whether there was one of that name.</param>
/// <param name="TasksInFlight">How many tasks need it, and so why it is still there; zero where it is gone.</param>
internal readonly record struct UpstreamKeyRemoval(bool WasThere, long TasksInFlight);

/// <summary>
/// Sets and removes clients' upstream keys. A removed one leaves its row without a value: the row is the identity that tasks are
/// registered by, so that a key which is set again under its name still has its tasks.
/// </summary>
/// <remarks>The client's row is the lock of its keys; after it come budgets in id order, then the key's own row.</remarks>
internal sealed class UpstreamKeyStore(
    NpgsqlDataSource dataSource, UpstreamKeyProtection protection, KeyFingerprint fingerprints, KeyEvents events, Ids ids)
{
    /// <summary>Keys of one client at most: every worker holds all of them.</summary>
    public const int MostPerClient = 100;

    // Below it four characters say too much of a value.
    private const int ShortestShown = 12, Shown = 4;

    private const string LockClientSql = "select 1 from bridge.clients where id = $1 and deleted_at is null for no key update";

    // Index upstream_keys_name.
    private const string FindSql = """
        select id, budget_id, ciphertext is not null
        from bridge.upstream_keys
        where coalesce(client_id, '00000000-0000-0000-0000-000000000000') = $1 and name = $2
        """;

    private const string CountSql = """
        select count(*) from bridge.upstream_keys
        where coalesce(client_id, '00000000-0000-0000-0000-000000000000') = $1 and ciphertext is not null
        """;

    // The wall clock of after the lock rather than the transaction's: of two changes the later one has the later time.
    private const string SetSql = """
        insert into bridge.upstream_keys as k (id, client_id, name, created_at, budget_id, base_url, ciphertext, last_four,
                                               max_requests_per_second, set_at)
        values ($1, $2, $3, clock_timestamp(), $4, $5, $6, $7, $8, clock_timestamp())
        on conflict (id) do update
        set created_at = case when k.ciphertext is null then excluded.created_at else k.created_at end,
            budget_id = excluded.budget_id, base_url = excluded.base_url, ciphertext = excluded.ciphertext,
            last_four = excluded.last_four, max_requests_per_second = excluded.max_requests_per_second, set_at = excluded.set_at
        returning set_at
        """;

    // FOR UPDATE waits for registrations that hold the key, see UpstreamKeyHold.
    private const string LockSql = "select ciphertext is not null from bridge.upstream_keys where id = $1 for update";

    // By the slots, which only tasks in flight are in: an index by key would have to pass over all that have ended.
    private const string InFlightSql = """
        select count(*)
        from bridge.lanes l
        join bridge.slots s on s.lane = l.id
        join bridge.tasks t on t.slot_id = s.id
        where l.upstream_key_id = $1 and t.upstream_key_id = $1
        """;

    private const string Forget = """
        update bridge.upstream_keys
        set budget_id = null, base_url = null, ciphertext = null, last_four = null, max_requests_per_second = null, set_at = null
        """;

    private const string ForgetSql = $"{Forget} where id = $1";

    /// <summary>Gives a client's key a value. What it returns is committed.</summary>
    public async Task<UpstreamKeySet> SetAsync(
        Guid client, string name, UpstreamTarget target, int? maxRequestsPerSecond, CancellationToken cancellation)
    {
        var fingerprint = await fingerprints.OfAsync(target, cancellation);
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await EventWriting.AnnounceAsync(connection, cancellation);
        if (await ScalarAsync(connection, LockClientSql, client, cancellation) is null) return UpstreamKeySet.NoClient;

        var found = await FindAsync(connection, client, name, cancellation);
        if (!found.IsSet && (long)(await ScalarAsync(connection, CountSql, client, cancellation))! >= MostPerClient)
            return UpstreamKeySet.TooMany;

        var move = await KeyBudgets.MoveAsync(connection, fingerprint, found.Budget, cancellation);
        var id = found.Id ?? ids.Next();
        var since = await WriteAsync(connection, client, id, name, target, move.To.Id, maxRequestsPerSecond, cancellation);
        if (move.EventType is { } type) await events.RaiseForAsync(connection, id, type, since, move.To.StatusCode, cancellation);
        await KeyBudgets.ProbeAtOnceAsync(connection, move, cancellation);
        await transaction.CommitAsync(cancellation);
        return found.IsSet ? UpstreamKeySet.Replaced : UpstreamKeySet.Created;
    }

    /// <summary>Removes a client's key that no task in flight needs. What it returns is committed.</summary>
    public async Task<UpstreamKeyRemoval> RemoveAsync(Guid client, string name, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ScalarAsync(connection, LockClientSql, client, cancellation);
        var found = await FindAsync(connection, client, name, cancellation);
        if (found.Id is not { } id || await ScalarAsync(connection, LockSql, id, cancellation) is not true) return new(false, 0);

        var inFlight = (long)(await ScalarAsync(connection, InFlightSql, id, cancellation))!;
        if (inFlight > 0) return new(true, inFlight);

        await ScalarAsync(connection, ForgetSql, id, cancellation);
        await transaction.CommitAsync(cancellation);
        return new(true, 0);
    }

    /// <summary>Removes all keys of a client that is deleted, inside the caller's transaction: it has no tasks in flight.</summary>
    public static Task ForgetAllAsync(BridgeDbContext db, Guid client, CancellationToken cancellation) =>
        db.Database.ExecuteSqlRawAsync(Forget + " where client_id = {0}", [client], cancellation);

    private static async Task<(Guid? Id, int? Budget, bool IsSet)> FindAsync(
        NpgsqlConnection connection, Guid client, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindSql, connection)
        {
            Parameters = { new() { Value = client }, new() { Value = name } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return default;
        return (reader.GetGuid(0), reader.IsDBNull(1) ? null : reader.GetInt32(1), reader.GetBoolean(2));
    }

    private async Task<DateTimeOffset> WriteAsync(
        NpgsqlConnection connection, Guid client, Guid id, string name, UpstreamTarget target, int budget, int? maxRequestsPerSecond,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(SetSql, connection)
        {
            Parameters =
            {
                new() { Value = id },
                new() { Value = client },
                new() { Value = name },
                new() { Value = budget },
                new() { Value = UpstreamOptions.Normal(target.BaseUrl) },
                new() { Value = protection.Protect(client, id, target) },
                new() { Value = (object?)LastFour(target.Key.Reveal()) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)maxRequestsPerSecond ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetFieldValue<DateTimeOffset>(0);
    }

    private static string? LastFour(string key) => key.Length >= ShortestShown ? key[^Shown..] : null;

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, Guid id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = id } } };
        return await command.ExecuteScalarAsync(cancellation);
    }
}
