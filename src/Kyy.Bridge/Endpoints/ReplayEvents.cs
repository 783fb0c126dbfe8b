using System.Text;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Endpoints;

/// <summary>The pages of events that a replay of an endpoint goes over, and the deliveries that it makes.</summary>
/// <remarks>
/// <para>
/// The first pass goes by the events' age, index <c>events_age</c>: those of other clients lie between and are passed over, which costs
/// reads, and spares every event of everybody one more index. The second goes by the writing transaction, index <c>events_feed</c>.
/// </para>
/// <para>
/// Why a second: an event whose transaction was under way when the endpoint was enabled saw it disabled, and may be committed when the
/// first pass is past its age, since a write is repeated for minutes in an outage. Whoever begins later sees the endpoint enabled and makes
/// the delivery itself. So the first step notes the oldest transaction that was not yet over; when those that write events and began before
/// the first step have ended (<see cref="ReplayWriters"/>), all that was written from that transaction on is gone over once more.
/// </para>
/// </remarks>
internal static class ReplayEvents
{
    /// <summary>Events in a page.</summary>
    public const int Page = 500;

    // An endpoint is not told of its own disabling. Redelivering what was delivered is for the first pass alone: the second would do it twice.
    private const string OfPage = $"""
        select p.id, p.created_at, p.xid, p.client_id = $1, target.destination, d.id,
               case when not (p.client_id = $1 and p.is_whole and t.erased_at is null
                              and p.type = any (ep.events) and ($3::text[] is null or p.type = any ($3))
                              and (p.task_id is null or {EventRecipients.OfFamily}))
                    then false
                    when d.id is not null then $4 and d.state in ('dead', 'delivered')
                    else $4 or not exists (select 1 from bridge.deliveries o where o.event_id = p.id and o.url = ep.url)
               end
        from page p
        join bridge.endpoints ep on ep.id = $2
        cross join lateral (select d.id as destination from bridge.destinations d where d.endpoint_id = ep.id) target
        left join bridge.tasks t on t.id = p.task_id
        left join bridge.deliveries d on d.event_id = p.id and d.callback_id = ep.id
        """;

    private const string Columns = """
        id, client_id, task_id, type, created_at, xid,
        payload <> '' and (type <> 'endpoint.disabled' or position($5::bytea in payload) = 0) as is_whole
        """;

    private const string FirstSql = $"""
        with page as materialized (
            select {Columns}
            from bridge.events
            where created_at >= $6 and created_at <= $7 and (created_at, id) > ($6, $8)
            order by created_at, id
            limit $9
        )
        {OfPage}
        order by p.created_at, p.id
        """;

    private const string SecondSql = $"""
        with page as materialized (
            select {Columns}
            from bridge.events
            where client_id = $1 and created_at >= $6 and ($7::timestamptz is null or created_at <= $7) and (xid, id) > ($10, $8)
            order by xid, id
            limit $9
        )
        {OfPage}
        order by p.xid, p.id
        """;

    // An event that is being removed is waited for, and is none then.
    private const string MakeSql = """
        with open as materialized (
            select t.id from bridge.tasks t
            where t.id in (select e.task_id from bridge.events e where e.id = any ($1)) and t.erased_at is null
            order by t.id
            for share
        )
        insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, endpoint_id, destination, url, created_at, next_attempt_at)
        select bridge.new_id(), e.id, e.client_id, e.task_id, ep.id, ep.id, d.id, ep.url, now(), now()
        from bridge.events e
        join bridge.endpoints ep on ep.id = $2
        join bridge.destinations d on d.endpoint_id = ep.id
        where e.id = any ($1) and (e.task_id is null or e.task_id in (select id from open))
        order by e.created_at, e.id
        for key share of e
        on conflict (event_id, callback_id) do nothing
        """;

    public static async Task<List<ReplayCandidate>> ReadAsync(
        NpgsqlConnection connection, OpenReplay replay, Guid endpoint, CancellationToken cancellation)
    {
        await using var command = replay.SecondPass ? Second(replay, endpoint) : First(replay, endpoint);
        command.Connection = connection;
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var page = new List<ReplayCandidate>();
        while (await row.ReadAsync(cancellation)) page.Add(Read(row));
        return page;
    }

    /// <summary>Returns how many deliveries were made.</summary>
    public static async Task<int> MakeAsync(NpgsqlConnection connection, Guid[] events, Guid endpoint, CancellationToken cancellation)
    {
        if (events.Length == 0) return 0;
        await using var command = new NpgsqlCommand(MakeSql, connection) { Parameters = { new() { Value = events }, new() { Value = endpoint } } };
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlCommand First(OpenReplay replay, Guid endpoint) => new(FirstSql)
    {
        Parameters =
        {
            Client(replay), new() { Value = endpoint }, Types(replay), new() { Value = replay.Kind == Replay.All }, Named(endpoint),
            Rows.Time((replay.PositionAt ?? replay.Since).ToUniversalTime()), Rows.Time(replay.Until.ToUniversalTime()),
            new() { Value = replay.PositionId }, new() { Value = Page },
        },
    };

    private static NpgsqlCommand Second(OpenReplay replay, Guid endpoint) => new(SecondSql)
    {
        Parameters =
        {
            Client(replay), new() { Value = endpoint }, Types(replay), new() { Value = false }, Named(endpoint),
            Rows.Time(replay.Since.ToUniversalTime()), Rows.Time(replay.ReachesNow ? null : replay.Until.ToUniversalTime()),
            new() { Value = replay.PositionId }, new() { Value = Page },
            new() { Value = replay.PositionXid, NpgsqlDbType = NpgsqlDbType.Xid8 },
        },
    };

    private static NpgsqlParameter Client(OpenReplay replay) => new() { Value = replay.ClientId };

    private static NpgsqlParameter Types(OpenReplay replay) =>
        new() { Value = (object?)replay.Events ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Named(Guid endpoint) =>
        new() { Value = Encoding.UTF8.GetBytes(TypeId.Format(TypeId.Endpoint, endpoint)), NpgsqlDbType = NpgsqlDbType.Bytea };

    private static ReplayCandidate Read(NpgsqlDataReader row)
    {
        Guid? delivery = row.IsDBNull(5) ? null : row.GetGuid(5);
        var act = !row.GetBoolean(6) ? ReplayAct.Nothing : delivery is null ? ReplayAct.Make : ReplayAct.Again;
        return new(
            row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<ulong>(2), row.GetBoolean(3), act,
            delivery ?? row.GetGuid(0), row.GetInt32(4));
    }
}
