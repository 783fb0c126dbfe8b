using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Outcomes;

/// <summary>
/// Stores the events of the tasks that a batch has just changed, and a delivery for each callback and each endpoint that wants them: the
/// second statement of <see cref="RecordOutcomes"/> and <see cref="RecordReadings"/>, in the same transaction.
/// </summary>
/// <remarks>
/// <para>
/// It starts after the row locks are held, so it sees every callback that was committed before them; whoever adds one later
/// waits for the lock, finds the task ended and makes the delivery itself. It sees the endpoints as of its start: one that is enabled
/// later gets what it missed by a replay.
/// </para>
/// <para>
/// Deliveries are leased to this process while its dispatcher has room, and only where nothing could make them wait: no failure before,
/// no patience asked for, no rate limit, nothing held. The others are due at once for whoever has room, and it is the claim that decides.
/// Who gets one: <see cref="EventRecipients"/>.
/// </para>
/// </remarks>
internal static class InsertEvents
{
    // $8 behind a subselect: a planner that sees it leaves half of the statement out, and plans anew with each batch, for a millisecond.
    internal const string Sql = $"""
        with made as (
            insert into bridge.events (id, client_id, task_id, type, created_at, payload, link_expires_at)
            select e.id, t.client_id, t.id, e.type, e.created_at, e.payload, e.link_expires_at
            from unnest($1, $2, $3, $4, $5, $6) e (id, task_id, type, payload, link_expires_at, created_at)
            join bridge.tasks t on t.id = e.task_id and t.batch = $7
            where (select $8::boolean) or exists (
                select 1 from bridge.task_callbacks c
                where c.task_id = t.id and e.type = any (c.events) and c.disabled_at is null)
            or exists (
                select 1 from bridge.endpoints ep
                where ep.client_id = t.client_id and ep.deleted_at is null and ep.status = 'enabled' and e.type = any (ep.events)
                  and {EventRecipients.OfFamily})
            on conflict (id) do nothing
            returning id, client_id, task_id, type
        ), {EventRecipients.Wanted}, turns as (
            select *, calm and row_number() over (partition by calm) <= $9
                      and not exists (select 1 from bridge.holds where what = 'deliveries') as leased,
                   row_number() over () as number
            from wanted
        ), sent as (
            insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, endpoint_id, destination, url, created_at,
                                           next_attempt_at, leased_until, claim, attempts, unsettled)
            select coalesce(($11::uuid[])[number], bridge.new_id()), event_id, client_id, task_id, callback_id, endpoint_id, destination,
                   url, now(), case when leased then now() + $10 else now() end, case when leased then now() + $10 end,
                   leased::integer, leased::integer, leased::integer
            from turns
            returning id, event_id, client_id, callback_id, endpoint_id, destination, url, leased_until is not null as leased
        )
        select s.id, s.event_id, s.client_id, s.callback_id, s.destination, s.url, coalesce(ep.host, d.host), s.endpoint_id, s.leased
        from sent s
        join bridge.destinations d on d.id = s.destination
        left join bridge.endpoints ep on ep.id = s.endpoint_id
        """;

    /// <summary>The statement for one batch.</summary>
    /// <param name="events">The events, each with its final bytes.</param>
    /// <param name="batch">The mark that the first statement left on the rows it changed.</param>
    /// <param name="always">True for ends, whose event is a fact whoever listens; false for transitions.</param>
    /// <param name="room">How many deliveries the dispatcher of this process takes at once.</param>
    /// <param name="lease">For how long those are this process's.</param>
    /// <param name="ids">Makes the deliveries' ids.</param>
    public static NpgsqlBatchCommand Command(IReadOnlyList<NewEvent> events, Guid batch, bool always, int room, TimeSpan lease, Ids ids) =>
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
                // As many as there usually are deliveries: made in SQL, an id costs 2 µs.
                Rows.Column(events, _ => ids.Next()),
            },
        };

    /// <summary>Reads what was made: the deliveries that were leased to this process, and whether others are due for whoever has room.</summary>
    public static async Task<(List<LeasedDelivery> Leased, bool MoreAreDue)> ReadAsync(
        NpgsqlDataReader reader, IReadOnlyDictionary<Guid, NewEvent> events, long leaseEnds, CancellationToken cancellation)
    {
        var (leased, moreAreDue) = (new List<LeasedDelivery>(), false);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetBoolean(8)) leased.Add(Read(reader, events[reader.GetGuid(1)], leaseEnds));
            else moreAreDue = true;
        }

        return (leased, moreAreDue);
    }

    private static LeasedDelivery Read(NpgsqlDataReader row, NewEvent made, long leaseEnds) => new()
    {
        Id = row.GetGuid(0),
        EventId = made.Id,
        EventType = made.Type,
        ClientId = row.GetGuid(2),
        CallbackId = row.GetGuid(3),
        Destination = row.GetInt32(4),
        Url = row.GetString(5),
        Host = row.GetString(6),
        EndpointId = row.IsDBNull(7) ? null : row.GetGuid(7),
        Payload = made.Payload,
        LinkExpiresAt = made.LinkExpiresAt,
        Claim = 1,
        Attempt = 1,
        LeaseEnds = leaseEnds,
    };
}
