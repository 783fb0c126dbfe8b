using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>A destination that has pending deliveries.</summary>
internal sealed record DestinationDue
{
    public required Recipient To { get; init; }

    /// <summary>In how long something can be sent: when the first delivery is due, the slow-down over, and the rate's next turn there.</summary>
    public required TimeSpan DueIn { get; init; }

    /// <summary>Whether anything may be sent to it at all.</summary>
    public required bool IsOpen { get; init; }
    public required DestinationHealth Health { get; init; }

    /// <summary>Null without a limit.</summary>
    public int? RatePerSecond { get; init; }
}

/// <summary>
/// Which destinations have something due. A loose scan of <c>deliveries_due</c>, one probe for each destination with pending
/// deliveries: a dead host's million of them costs as much as one.
/// </summary>
/// <remarks>What is closed is told too: the hand-over in memory has to know. The subselects with <c>offset 0</c> stay one probe each.</remarks>
internal static class DestinationsDue
{
    internal const string Sql = $"""
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
        select p.destination, o.client_id, o.host, greatest(p.next_attempt_at, o.slow_until, o.rate_next_at) - now() as due_in, o.is_open,
               o.consecutive_failures, o.slow_steps, o.slow_until - now(), o.rate_limit_per_second
        from pending p
        cross join lateral (
            select d.client_id, coalesce(ep.host, d.host) as host, d.slow_until, d.consecutive_failures, d.slow_steps,
                   case when ep.rate_limit_per_second is not null then d.rate_next_at end as rate_next_at, ep.rate_limit_per_second,
                   {OpenDestinations.Condition} as is_open
            from bridge.destinations d left join bridge.endpoints ep on ep.id = d.endpoint_id
            where d.id = p.destination
            offset 0
        ) o
        order by due_in
        """;

    public static async Task<List<DestinationDue>> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var destinations = new List<DestinationDue>();
        while (await reader.ReadAsync(cancellation)) destinations.Add(Read(reader));
        return destinations;
    }

    private static DestinationDue Read(NpgsqlDataReader row) => new()
    {
        To = new(row.GetInt32(0), row.GetGuid(1), row.GetString(2)),
        DueIn = row.GetTimeSpan(3),
        IsOpen = row.GetBoolean(4),
        Health = new(row.GetInt32(5), row.GetInt32(6), row.IsDBNull(7) ? null : row.GetTimeSpan(7)),
        RatePerSecond = row.IsDBNull(8) ? null : row.GetInt32(8),
    };
}
