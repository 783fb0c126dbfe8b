using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Events;

/// <summary>An event in the feed.</summary>
/// <param name="Position">Where.</param>
/// <param name="Client">Whose.</param>
/// <param name="Payload">The bytes that its webhooks have.</param>
internal sealed record FeedRow(FeedPosition Position, Guid Client, byte[] Payload);

/// <summary>A part of the feed, and what else the same snapshot says.</summary>
/// <param name="Rows">The events, in order.</param>
/// <param name="Removed">The last position that was removed for its age.</param>
/// <param name="Last">After the last event of any client below the horizon.</param>
internal sealed record FeedPart(IReadOnlyList<FeedRow> Rows, FeedPosition Removed, FeedPosition Last);

/// <summary>Reads events below the horizon: one client's by <c>events_feed</c>, all clients' by <c>events_tail</c>.</summary>
internal static class ReadFeed
{
    // What was removed is read with the events, by one snapshot: between two statements the pruner might take what lies between.
    // Without a position the feed begins after what was removed; what was kept from before it, for deliveries under way, is left out.
    private const string Head = """
        select state.removed_xid, state.removed_id,
               (select last.xid from bridge.events last where last.xid < $3 order by last.xid desc, last.id desc limit 1),
               page.xid, page.id, page.client_id, page.payload
        from bridge.feed_state state
        left join lateral (
            select e.xid, e.id, e.client_id, e.payload
            from bridge.events e
            where (e.xid, e.id) > (coalesce($1, state.removed_xid, '0'), coalesce($2, state.removed_id, '00000000-0000-0000-0000-000000000000'))
              and e.xid < $3 and e.payload <> ''
        """;

    private const string Tail = """

            order by e.xid, e.id
            limit $4) page on true
        """;

    internal const string OfAllSql = Head + Tail, OfOneSql = $"{Head} and e.client_id = $5{Tail}";

    /// <param name="connection">Not in a transaction, see <see cref="FeedHorizon.LookAsync"/>.</param>
    /// <param name="client">Whose; null for everybody's.</param>
    /// <param name="after">From where; null for the beginning.</param>
    /// <param name="horizon">Up to which number, itself not included.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<FeedPart> RunAsync(
        NpgsqlConnection connection, Guid? client, FeedPosition? after, ulong horizon, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(client is null ? OfAllSql : OfOneSql, connection)
        {
            Parameters =
            {
                new() { Value = (object?)after?.Xid ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Xid8 },
                new() { Value = (object?)after?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = horizon, NpgsqlDbType = NpgsqlDbType.Xid8 },
                new() { Value = limit },
            },
        };
        if (client is { } one) command.Parameters.Add(new() { Value = one });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await ReadAsync(row, cancellation);
    }

    private static async Task<FeedPart> ReadAsync(NpgsqlDataReader row, CancellationToken cancellation)
    {
        var rows = new List<FeedRow>();
        FeedPosition removed = FeedPosition.Zero, last = FeedPosition.Zero;
        while (await row.ReadAsync(cancellation))
        {
            if (!row.IsDBNull(0)) removed = new(row.GetFieldValue<ulong>(0), row.GetGuid(1));
            if (!row.IsDBNull(2)) last = FeedPosition.AfterAllOf(row.GetFieldValue<ulong>(2));
            if (row.IsDBNull(3)) continue;
            rows.Add(new(new(row.GetFieldValue<ulong>(3), row.GetGuid(4)), row.GetGuid(5), row.GetFieldValue<byte[]>(6)));
        }

        return new(rows, removed, last);
    }
}
