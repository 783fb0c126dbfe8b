using Npgsql;

namespace Kyy.Bridge.Endpoints;

/// <summary>How many deliveries a replay may add to destinations: no more than a hundred wait at one, so that what happens now is not behind them.</summary>
/// <remarks>One probe of <c>deliveries_due</c> for each destination, a hundred entries of it at most.</remarks>
internal static class ReplayRoom
{
    public const int MostWaiting = 100;

    // Waiting for a retry later on is not in anybody's way. A redelivery to many destinations does not wait for one that fails: what is
    // sent again has been attempted before, and first attempts go before it.
    private const string Sql = """
        select d.id, case when $3 and d.consecutive_failures > 0 then $2 else $2 - (
            select count(*) from (
                select 1 from bridge.deliveries w
                where w.destination = d.id and w.state = 'pending' and w.next_attempt_at <= now()
                limit $2) waiting) end
        from bridge.destinations d
        where d.id = any ($1)
        """;

    /// <param name="connection">With the transaction.</param>
    /// <param name="destinations">Which.</param>
    /// <param name="passesFailing">Whether one that fails has all the room there is.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Dictionary<int, int>> ReadAsync(
        NpgsqlConnection connection, IEnumerable<int> destinations, bool passesFailing, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                new() { Value = destinations.Distinct().ToArray() }, new() { Value = (long)MostWaiting }, new() { Value = passesFailing },
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var room = new Dictionary<int, int>();
        while (await row.ReadAsync(cancellation)) room[row.GetInt32(0)] = (int)row.GetInt64(1);
        return room;
    }
}
