using Kyy.Bridge.Scheduling;
using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>Claims of this process: at once, or as an endpoint's rate limit lets them, which all replicas keep together.</summary>
internal sealed class DeliveryClaims(NpgsqlDataSource dataSource, DeliveryInbox inbox, TimeProvider time, Jitter jitter)
{
    // The row is the turn: whoever has its lock decides. Nobody waits for it.
    private const string TurnSql =
        "select rate_next_at, clock_timestamp() from bridge.destinations where id = $1 for no key update skip locked";

    private const string NextTurnSql = "update bridge.destinations set rate_next_at = $2 where id = $1";

    /// <summary>Claims; null where another process is at the endpoint's rate limit this very moment.</summary>
    public async Task<List<LeasedDelivery>?> ClaimAsync(DestinationDue due, Places places, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        return due.RatePerSecond is { } limit
            ? await ClaimInTurnAsync(connection, due.To.Destination, places, new(limit), cancellation)
            : await ClaimAsync(connection, due.To.Destination, places, cancellation);
    }

    private async Task<List<LeasedDelivery>?> ClaimInTurnAsync(
        NpgsqlConnection connection, int destination, Places places, RateTurns turns, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await ReadTurnAsync(connection, destination, cancellation) is not var (nextAt, now)) return null;
        var allowed = places.AtMost(turns.Now(nextAt, now), jitter.Next());
        if (allowed.All == 0) return [];

        var claimed = await ClaimAsync(connection, destination, allowed, cancellation);
        if (claimed.Count > 0)
            await WriteTurnAsync(connection, destination, turns.After(nextAt, now, claimed.Count), cancellation);
        await transaction.CommitAsync(cancellation);
        return claimed;
    }

    private static async Task<(DateTimeOffset? NextAt, DateTimeOffset Now)?> ReadTurnAsync(
        NpgsqlConnection connection, int destination, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TurnSql, connection) { Parameters = { new() { Value = destination } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        return (reader.IsDBNull(0) ? null : reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1));
    }

    private static async Task WriteTurnAsync(
        NpgsqlConnection connection, int destination, DateTimeOffset nextAt, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(NextTurnSql, connection);
        command.Parameters.Add(new() { Value = destination });
        command.Parameters.Add(new() { Value = nextAt });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // Counted from before the statement is sent, so that this process never believes in a longer lease than the row says.
    private Task<List<LeasedDelivery>> ClaimAsync(
        NpgsqlConnection connection, int destination, Places places, CancellationToken cancellation) =>
        ClaimDueDeliveries.ClaimAsync(
            connection, destination, places, inbox.Lease, time.GetTimestamp() + inbox.LeaseTicks, cancellation);
}
