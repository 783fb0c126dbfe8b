using Kyy.Bridge.Client.Contracts;
using Npgsql;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>How the upstream takes the keys of one budget, as it is under the row's lock.</summary>
internal sealed record KeyBudget(int Id, string State, int? StatusCode)
{
    public bool IsRejected => State == UpstreamKeyStates.Rejected;
}

/// <summary>A key that comes to a budget, from another one or from none.</summary>
internal sealed record KeyMove(KeyBudget? From, KeyBudget To)
{
    /// <summary>Whether the value is another one than before.</summary>
    public bool IsToAnother => From?.Id != To.Id;

    /// <summary>What there is to tell of the key alone; null where it is as refused, or as little, as before.</summary>
    public string? EventType => (From is { IsRejected: true }, To.IsRejected) switch
    {
        (true, false) => EventTypes.UpstreamKeyRestored,
        (false, true) => EventTypes.UpstreamKeyRejected,
        _ => null,
    };
}

/// <summary>Finds and makes the budgets that keys of equal value and base URL share, in its caller's transaction.</summary>
/// <remarks>A budget without keys stays: who changes a key away and back again does not escape a pause that way.</remarks>
internal static class KeyBudgets
{
    private const string MakeSql = "insert into bridge.upstream_budgets (fingerprint) values ($1) on conflict (fingerprint) do nothing";

    private const string FindSql = "select id from bridge.upstream_budgets where fingerprint = $1";

    // Locked, so that the poller's change of a state comes wholly before the key's move or wholly after it: no event is missed.
    // In id order.
    private const string LockSql = """
        select id, state, status_code from bridge.upstream_budgets where id = any ($1) order by id for no key update
        """;

    // The next poll asks at once: whoever sets a refused key says that it is good now. Why a throttled one waits has nothing to do
    // with its value.
    private const string ProbeSql = """
        update bridge.upstream_budgets set paused_until = now(), probe_until = null where id = $1 and state = 'rejected'
        """;

    /// <summary>The budget of a fingerprint, made where there is none yet, and the one before it, both locked.</summary>
    public static async Task<KeyMove> MoveAsync(
        NpgsqlConnection connection, byte[] fingerprint, int? before, CancellationToken cancellation)
    {
        await using (var make = new NpgsqlCommand(MakeSql, connection) { Parameters = { new() { Value = fingerprint } } })
            await make.ExecuteNonQueryAsync(cancellation);
        await using var find = new NpgsqlCommand(FindSql, connection) { Parameters = { new() { Value = fingerprint } } };
        var id = (int)(await find.ExecuteScalarAsync(cancellation))!;
        var locked = await LockAsync(connection, before is { } old ? [old, id] : [id], cancellation);
        return new(before is { } known ? locked[known] : null, locked[id]);
    }

    /// <summary>Ends the wait of a budget that a key was just set for.</summary>
    public static async Task ProbeAtOnceAsync(NpgsqlConnection connection, KeyMove move, CancellationToken cancellation)
    {
        await using var probe = new NpgsqlCommand(ProbeSql, connection) { Parameters = { new() { Value = move.To.Id } } };
        await probe.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<Dictionary<int, KeyBudget>> LockAsync(NpgsqlConnection connection, int[] ids, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(LockSql, connection) { Parameters = { new() { Value = ids } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var locked = new Dictionary<int, KeyBudget>();
        while (await reader.ReadAsync(cancellation))
            locked[reader.GetInt32(0)] = new(reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt32(2));
        return locked;
    }
}
