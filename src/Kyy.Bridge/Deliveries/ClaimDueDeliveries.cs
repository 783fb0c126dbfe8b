using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// Takes due deliveries of one destination under a lease: first attempts, retries, and what a dead process left. Nobody waits for a lock.
/// </summary>
/// <remarks>
/// First attempts come first (index <c>deliveries_first</c>), up to the places that are theirs; then whatever is due for longest (index
/// <c>deliveries_due</c>), as many as retries may be. So first attempts never wait behind retries, and neither starves the other.
/// Locked by ctid from an array, because <c>id in (select … limit …)</c> can be planned as a scan, and the event is read by a probe for
/// each delivery (<c>offset 0</c>), because a join can be: neither depends on statistics. What is closed or slow yields nothing.
/// What was claimed twenty times without a settle is ended here: a delivery that kills its worker must not do so for ever.
/// </remarks>
internal static class ClaimDueDeliveries
{
    /// <summary>Claims without a settle before a delivery is given up.</summary>
    public const int MostUnsettled = 20;

    internal const string Sql = $"""
        with open as materialized (
            select ep.url, coalesce(ep.host, d.host) as host
            from bridge.destinations d left join bridge.endpoints ep on ep.id = d.endpoint_id
            where d.id = $1 and {OpenDestinations.NotSlow} and {OpenDestinations.Condition}
        ), first as materialized (
            select ctid from bridge.deliveries
            where destination = $1 and state = 'pending' and attempts = 0 and next_attempt_at <= now() and exists (select 1 from open)
            order by next_attempt_at
            limit $2
            for update skip locked
        ), oldest as materialized (
            select ctid from bridge.deliveries
            where destination = $1 and state = 'pending' and next_attempt_at <= now() and exists (select 1 from open)
              and ctid <> all (array(select ctid from first))
            order by next_attempt_at
            limit $3
            for update skip locked
        ), due as materialized (
            select ctid from first
            union all
            (select ctid from oldest limit $4 - (select count(*) from first))
        ), given_up as (
            update bridge.deliveries d
            set state = 'dead', ended_at = now(), next_attempt_at = null, leased_until = null, dead_reason = 'worker_lost'
            where d.ctid = any (array(select ctid from due)) and d.unsettled >= $6
            returning d.id, d.attempts
        ), lost as (
            insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, error)
            select id, attempts, now(), 0, 'worker_lost' from given_up
            on conflict (delivery_id, number) do nothing
        ), claimed as (
            update bridge.deliveries d
            set leased_until = now() + $5, next_attempt_at = now() + $5, claim = d.claim + 1, attempts = d.attempts + 1,
                unsettled = d.unsettled + 1
            where d.ctid = any (array(select ctid from due)) and d.unsettled < $6
            returning d.id, d.event_id, d.client_id, d.callback_id, d.destination, d.url, d.claim, d.attempts, d.endpoint_id,
                      d.schedule_from
        )
        select c.id, c.event_id, e.type, c.client_id, c.callback_id, c.destination, coalesce(o.url, c.url), e.payload,
               e.link_expires_at, c.claim, c.attempts, c.endpoint_id, o.host, c.schedule_from
        from claimed c
        cross join open o
        cross join lateral (select type, payload, link_expires_at from bridge.events where id = c.event_id offset 0) e
        """;

    /// <param name="connection">To the database.</param>
    /// <param name="destination">Whose deliveries.</param>
    /// <param name="places">No more than can be started now.</param>
    /// <param name="lease">For how long they are this process's.</param>
    /// <param name="leaseEnds">The monotonic end of that lease, counted from before this call.</param>
    /// <param name="cancellation">Ends the claim with nothing claimed.</param>
    public static async Task<List<LeasedDelivery>> ClaimAsync(
        NpgsqlConnection connection, int destination, Places places, TimeSpan lease, long leaseEnds, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new() { Value = destination });
        command.Parameters.Add(new() { Value = places.Firsts });
        command.Parameters.Add(new() { Value = places.Retries });
        command.Parameters.Add(new() { Value = places.All });
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = MostUnsettled });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var claimed = new List<LeasedDelivery>();
        while (await reader.ReadAsync(cancellation)) claimed.Add(Read(reader, leaseEnds));
        return claimed;
    }

    private static LeasedDelivery Read(NpgsqlDataReader row, long leaseEnds) => new()
    {
        Id = row.GetGuid(0),
        EventId = row.GetGuid(1),
        EventType = row.GetString(2),
        ClientId = row.GetGuid(3),
        CallbackId = row.GetGuid(4),
        Destination = row.GetInt32(5),
        Url = row.GetString(6),
        Payload = row.GetFieldValue<byte[]>(7),
        LinkExpiresAt = row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
        Claim = row.GetInt32(9),
        Attempt = row.GetInt32(10),
        EndpointId = row.IsDBNull(11) ? null : row.GetGuid(11),
        Host = row.GetString(12),
        ScheduleFrom = row.GetInt32(13),
        LeaseEnds = leaseEnds,
    };
}
