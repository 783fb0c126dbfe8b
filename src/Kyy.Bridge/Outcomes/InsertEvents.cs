using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Outcomes;

/// <summary>
/// Stores the events of the tasks that a batch has just changed, and a delivery for each callback that wants them: the second
/// statement of <see cref="RecordOutcomes"/> and <see cref="RecordReadings"/>, in the same transaction.
/// </summary>
/// <remarks>
/// It starts after the row locks are held, so it sees every callback that was committed before them; whoever adds one later
/// waits for the lock, finds the task ended and makes the delivery itself. Deliveries are leased to this process while its
/// dispatcher has room; the others are due at once for whoever has.
/// </remarks>
internal static class InsertEvents
{
    private const string Sql = """
        with made as (
            insert into bridge.events (id, client_id, task_id, type, created_at, payload, link_expires_at)
            select e.id, t.client_id, t.id, e.type, e.created_at, e.payload, e.link_expires_at
            from unnest($1, $2, $3, $4, $5, $6) e (id, task_id, type, payload, link_expires_at, created_at)
            join bridge.tasks t on t.id = e.task_id and t.batch = $7
            where $8 or exists (
                select 1 from bridge.task_callbacks c
                where c.task_id = t.id and e.type = any (c.events) and c.disabled_at is null)
            on conflict (id) do nothing
            returning id, client_id, task_id, type
        ), wanted as (
            select m.id as event_id, m.client_id, m.task_id, c.id as callback_id, c.destination, c.url,
                   row_number() over () <= $9 as leased
            from made m
            join bridge.task_callbacks c on c.task_id = m.task_id and m.type = any (c.events) and c.disabled_at is null
        ), sent as (
            insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, destination, url, created_at,
                                           next_attempt_at, leased_until, claim, attempts, unsettled)
            select bridge.new_id(), event_id, client_id, task_id, callback_id, destination, url, now(),
                   case when leased then now() + $10 else now() end, case when leased then now() + $10 end,
                   leased::integer, leased::integer, leased::integer
            from wanted
            returning id, event_id, client_id, callback_id, destination, url, leased_until is not null as leased
        )
        select s.id, s.event_id, s.client_id, s.callback_id, s.destination, s.url, d.host
        from sent s join bridge.destinations d on d.id = s.destination
        where s.leased
        """;

    /// <summary>The statement for one batch.</summary>
    /// <param name="events">The events, each with its final bytes.</param>
    /// <param name="batch">The mark that the first statement left on the rows it changed.</param>
    /// <param name="always">True for ends, whose event is a fact whoever listens; false for transitions.</param>
    /// <param name="room">How many deliveries the dispatcher of this process takes at once.</param>
    /// <param name="lease">For how long those are this process's.</param>
    public static NpgsqlBatchCommand Command(IReadOnlyList<NewEvent> events, Guid batch, bool always, int room, TimeSpan lease) =>
        new(Sql)
        {
            Parameters =
            {
                Rows.Column(events, e => e.Id),
                Rows.Column(events, e => e.Task),
                Rows.Column(events, e => e.Type),
                Rows.Column(events, e => e.Payload, NpgsqlDbType.Bytea),
                Rows.Column(events, e => e.LinkExpiresAt, NpgsqlDbType.TimestampTz),
                Rows.Column(events, e => e.At, NpgsqlDbType.TimestampTz),
                new() { Value = batch },
                new() { Value = always },
                new() { Value = room },
                new() { Value = lease },
            },
        };

    /// <summary>Reads the deliveries that were leased to this process.</summary>
    public static async Task<List<LeasedDelivery>> ReadLeasedAsync(
        NpgsqlDataReader reader, IReadOnlyDictionary<Guid, NewEvent> events, long leaseEnds, CancellationToken cancellation)
    {
        var leased = new List<LeasedDelivery>();
        while (await reader.ReadAsync(cancellation))
        {
            var made = events[reader.GetGuid(1)];
            leased.Add(new()
            {
                Id = reader.GetGuid(0),
                EventId = made.Id,
                EventType = made.Type,
                ClientId = reader.GetGuid(2),
                CallbackId = reader.GetGuid(3),
                Destination = reader.GetInt32(4),
                Url = reader.GetString(5),
                Host = reader.GetString(6),
                Payload = made.Payload,
                LinkExpiresAt = made.LinkExpiresAt,
                Claim = 1,
                Attempt = 1,
                LeaseEnds = leaseEnds,
            });
        }

        return leased;
    }
}
