using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// Takes due deliveries of one destination under a lease: retries, and what a dead process left. Nobody waits for a lock.
/// </summary>
/// <remarks>
/// Index <c>deliveries_due</c>; locked by ctid from an array, because <c>id in (select … limit …)</c> can be planned as a scan.
/// What was claimed twenty times without a settle is ended here: a delivery that kills its worker must not do so for ever.
/// </remarks>
internal static class ClaimDueDeliveries
{
    /// <summary>Claims without a settle before a delivery is given up.</summary>
    public const int MostUnsettled = 20;

    internal const string Sql = """
        with due as materialized (
            select ctid from bridge.deliveries
            where destination = $1 and state = 'pending' and next_attempt_at <= now()
            order by next_attempt_at
            limit $2
            for update skip locked
        ), given_up as (
            update bridge.deliveries d
            set state = 'dead', ended_at = now(), next_attempt_at = null, leased_until = null, dead_reason = 'worker_lost'
            where d.ctid = any (array(select ctid from due)) and d.unsettled >= $4
            returning d.id, d.attempts
        ), lost as (
            insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, error)
            select id, attempts, now(), 0, 'worker_lost' from given_up
            on conflict (delivery_id, number) do nothing
        )
        update bridge.deliveries d
        set leased_until = now() + $3, next_attempt_at = now() + $3, claim = d.claim + 1, attempts = d.attempts + 1,
            unsettled = d.unsettled + 1
        from bridge.events e, bridge.destinations to_host left join bridge.endpoints ep on ep.id = to_host.endpoint_id
        where d.ctid = any (array(select ctid from due)) and d.unsettled < $4 and e.id = d.event_id and to_host.id = d.destination
        returning d.id, d.event_id, e.type, d.client_id, d.callback_id, d.destination, coalesce(ep.url, d.url), e.payload,
                  e.link_expires_at, d.claim, d.attempts, d.endpoint_id, coalesce(ep.host, to_host.host), d.schedule_from
        """;

    /// <param name="dataSource">The database.</param>
    /// <param name="destination">Whose deliveries.</param>
    /// <param name="limit">No more than can be started now.</param>
    /// <param name="lease">For how long they are this process's.</param>
    /// <param name="leaseEnds">The monotonic end of that lease, counted from before this call.</param>
    /// <param name="cancellation">Ends the claim with nothing claimed.</param>
    public static async Task<List<LeasedDelivery>> ClaimAsync(
        NpgsqlDataSource dataSource, int destination, int limit, TimeSpan lease, long leaseEnds, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = destination });
        command.Parameters.Add(new() { Value = limit });
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
