using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Outcomes;

/// <summary>An event about no task, with its final bytes: of an upstream key or of an endpoint.</summary>
/// <param name="Id">Follows from the fact, so that the same one never has two.</param>
/// <param name="Client">Who is told.</param>
/// <param name="Type">One of the types.</param>
/// <param name="At">When it came to be.</param>
/// <param name="Payload">The bytes that are signed and sent.</param>
internal sealed record ClientEvent(Guid Id, Guid Client, string Type, DateTimeOffset At, byte[] Payload);

/// <summary>Stores events about no task, and a delivery for each of the client's endpoints that listens for them.</summary>
/// <remarks>Cold: a few rows now and then. The deliveries are due at once for whoever has room. Index <c>endpoints_client</c>.</remarks>
internal static class InsertClientEvents
{
    private const string Sql = """
        with made as (
            insert into bridge.events (id, client_id, type, created_at, payload)
            select id, client_id, type, created_at, payload from unnest($1, $2, $3, $4, $5) e (id, client_id, type, created_at, payload)
            on conflict (id) do nothing
            returning id, client_id, type
        )
        insert into bridge.deliveries (id, event_id, client_id, callback_id, endpoint_id, destination, url, created_at, next_attempt_at)
        select bridge.new_id(), m.id, m.client_id, ep.id, ep.id, d.id, ep.url, now(), now()
        from made m
        join bridge.endpoints ep on ep.client_id = m.client_id and ep.deleted_at is null and ep.status = 'enabled' and m.type = any (ep.events)
        join bridge.destinations d on d.endpoint_id = ep.id
        """;

    /// <summary>Inside a transaction that began with <see cref="EventWriting.Sql"/>.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, IReadOnlyList<ClientEvent> events, CancellationToken cancellation)
    {
        if (events.Count == 0) return;
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                Rows.Column(events, e => e.Id),
                Rows.Column(events, e => e.Client),
                Rows.Column(events, e => e.Type),
                Rows.Column(events, e => e.At.ToUniversalTime(), NpgsqlDbType.TimestampTz),
                Rows.Column(events, e => e.Payload, NpgsqlDbType.Bytea),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
