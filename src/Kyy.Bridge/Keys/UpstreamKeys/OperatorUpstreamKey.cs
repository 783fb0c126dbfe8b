using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Upstream;
using Npgsql;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>
/// Brings the operator's key from configuration to its budget. Once in the life of a process, which is as long as its configuration:
/// two processes with different keys, as during a rollout, would else take the row from each other every second.
/// </summary>
internal sealed class OperatorUpstreamKey(
    NpgsqlDataSource dataSource, KeyFingerprint fingerprints, KeyEvents events, UpstreamOptions options)
{
    public const string Name = "default";

    private const string LockSql = "select budget_id from bridge.upstream_keys where id = $1 for no key update";

    private const string PointSql = "update bridge.upstream_keys set budget_id = $2 where id = $1 returning clock_timestamp()";

    /// <summary>The key with its budget; null where none is configured.</summary>
    public async Task<KnownUpstreamKey?> EnterAsync(CancellationToken cancellation)
    {
        if (options.ApiKey is not { } key) return null;
        var target = new UpstreamTarget(options.BaseUrl, key);
        var fingerprint = await fingerprints.OfAsync(target, cancellation);
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await EventWriting.AnnounceAsync(connection, cancellation);
        var move = await KeyBudgets.MoveAsync(connection, fingerprint, await BudgetAsync(connection, cancellation), cancellation);
        if (move.IsToAnother) await PointAsync(connection, move, cancellation);
        await transaction.CommitAsync(cancellation);
        return new(UpstreamKey.Operator, null, Name, target, move.To.Id, null);
    }

    private static async Task<int?> BudgetAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(LockSql, connection) { Parameters = { new() { Value = UpstreamKey.Operator } } };
        return await command.ExecuteScalarAsync(cancellation) as int?;
    }

    private async Task PointAsync(NpgsqlConnection connection, KeyMove move, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(PointSql, connection)
        {
            Parameters = { new() { Value = UpstreamKey.Operator }, new() { Value = move.To.Id } },
        };
        var since = (DateTime)(await command.ExecuteScalarAsync(cancellation))!;
        if (move.EventType is { } type)
            await events.RaiseForAsync(connection, UpstreamKey.Operator, type, since, move.To.StatusCode, cancellation);
    }
}
