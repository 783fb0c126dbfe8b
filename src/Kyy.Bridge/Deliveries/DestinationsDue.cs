using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>A destination that has pending deliveries, and in how long the first of them is due.</summary>
internal readonly record struct DestinationDue(int Id, TimeSpan DueIn);

/// <summary>
/// Which destinations have something due. A loose scan of <c>deliveries_due</c>, one probe for each destination with pending
/// deliveries: a dead host's million of them costs as much as one.
/// </summary>
internal static class DestinationsDue
{
    internal const string Sql = """
        with recursive pending as (
            (select destination, next_attempt_at from bridge.deliveries where state = 'pending' order by destination, next_attempt_at limit 1)
            union all
            select later.destination, later.next_attempt_at
            from pending p
            cross join lateral (
                select d.destination, d.next_attempt_at from bridge.deliveries d
                where d.state = 'pending' and d.destination > p.destination
                order by d.destination, d.next_attempt_at limit 1
            ) later
        )
        select destination, next_attempt_at - now() from pending order by next_attempt_at
        """;

    public static async Task<List<DestinationDue>> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var destinations = new List<DestinationDue>();
        while (await reader.ReadAsync(cancellation)) destinations.Add(new(reader.GetInt32(0), reader.GetTimeSpan(1)));
        return destinations;
    }
}
