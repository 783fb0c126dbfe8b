using System.Globalization;
using System.Text.Json.Nodes;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Npgsql;

namespace Kyy.Bridge.Tasks.Concerns;

/// <summary>Deliveries that were given up, by where they should have gone.</summary>
internal static class DeadConcerns
{
    // Of each client.
    private const int MostCounted = 1_000;

    // The latest dead ones of each client by index deliveries_dead, however many there are, and their events by key.
    private const string Sql = """
        select c.id, d.host, d.endpoint_id is not null, x.count, x.oldest, x.newest, x.oldest_event
        from bridge.clients c
        cross join lateral (
            select s.destination, count(*)::integer as count, min(s.created_at) as oldest, max(s.created_at) as newest,
                   min(e.created_at) as oldest_event
            from (
                select destination, event_id, created_at
                from bridge.deliveries
                where client_id = c.id and state = 'dead'
                order by created_at desc, id desc
                limit $3
            ) s
            join bridge.events e on e.id = s.event_id
            group by s.destination
        ) x
        join bridge.destinations d on d.id = x.destination
        where {whose}
        order by x.newest desc, d.id
        limit $2
        """;

    public static Task<List<AttentionItem>> ReadAsync(Concern concern, CancellationToken cancellation) =>
        concern.ReadAsync(Sql, "c.id", row => Item(concern, row), cancellation, new NpgsqlParameter { Value = MostCounted });

    private static AttentionItem Item(Concern concern, NpgsqlDataReader row)
    {
        var (to, count) = (row.GetString(1), row.GetInt32(3));
        return new()
        {
            Kind = AttentionKinds.DeadDeliveries,
            Severity = Concern.Error,
            Count = count,
            Subject = to,
            Since = row.GetFieldValue<DateTimeOffset>(4),
            Detail = $"{count.ToString(CultureInfo.InvariantCulture)} {(count == 1 ? "delivery" : "deliveries")} to {to} "
                + $"{(count == 1 ? "was" : "were")} given up, the latest of {WireTime.Format(row.GetFieldValue<DateTimeOffset>(5))}.",
            Mend = row.GetBoolean(2)
                ? Concern.Mend("POST", $"/v1/endpoints/{to}/replay", Since(row.GetFieldValue<DateTimeOffset>(6), ("only", "failed")))
                : Concern.Mend("POST", "/v1/deliveries/redeliver", Since(row.GetFieldValue<DateTimeOffset>(4), ("state", "dead"))),
            ClientId = concern.NameOf(row.GetGuid(0)),
        };
    }

    private static JsonObject Since(DateTimeOffset time, (string Name, string Value) what) =>
        new() { [what.Name] = what.Value, ["since"] = WireTime.Format(time) };
}
