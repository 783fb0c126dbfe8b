using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Outcomes;

/// <summary>Writes what polls found out about tasks that have not ended. An unchanged answer is not written at all.</summary>
/// <remarks>Locks in id order. The status only moves forward: an answer from a stale replica of the upstream undoes nothing.</remarks>
internal static class RecordReadings
{
    private const string Sql = """
        with locked as materialized (
            select id from bridge.tasks where id = any ($1) and ended_at is null order by id for no key update
        )
        update bridge.tasks t
        set status = case when array_position(array['registered', 'queued', 'processing'], r.status)
                             > array_position(array['registered', 'queued', 'processing'], t.status)
                          then r.status else t.status end,
            queued_at = case when r.status = 'queued' and t.status = 'registered' then r.read_at else t.queued_at end,
            processing_at = case when r.status = 'processing' and t.status <> 'processing' then r.read_at else t.processing_at end,
            family = coalesce(r.family, t.family), model = coalesce(r.model, t.model),
            upstream_created_at = coalesce(r.upstream_created_at, t.upstream_created_at),
            not_found = r.not_found, url_missing = r.url_missing, consecutive_failures = r.consecutive_failures,
            last_failure_kind = coalesce(r.failure_kind, t.last_failure_kind),
            last_failure_at = case when r.failure_kind is null then t.last_failure_at else r.read_at end,
            last_failure_status = case when r.failure_kind is null then t.last_failure_status else r.failure_status end,
            last_failure_detail = case when r.failure_kind is null then t.last_failure_detail else r.failure_detail end,
            batch = $13
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            r (id, status, family, model, upstream_created_at, not_found, url_missing, consecutive_failures,
               failure_kind, failure_status, failure_detail, read_at)
        where t.id = r.id and t.id in (select id from locked)
        """;

    // A slot of their own in the new lane, due at once: too early is harmless, the next claim corrects it.
    private const string MoveSql = """
        with slot as (insert into bridge.slots (lane, client_id, fresh, next_due) values ($1, $4, false, now()) returning id)
        update bridge.tasks t
        set slot_id = slot.id, next_poll_at = greatest(t.next_poll_at, t.last_polled_at + $3)
        from slot
        where t.id = any ($2) and t.ended_at is null
        """;

    /// <summary>The statements for one batch: the readings themselves, then one for each lane and client that tasks move to.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Commands(IReadOnlyList<Reading> readings, Guid batch)
    {
        yield return Record(readings, batch);
        foreach (var move in readings.Where(r => r.MovesTo is not null).GroupBy(r => r.MovesTo!, r => r.Task))
        {
            yield return new(MoveSql)
            {
                Parameters =
                {
                    new() { Value = move.Key.Lane }, new() { Value = move.ToArray() }, new() { Value = move.Key.Shortest },
                    new() { Value = move.Key.Client },
                },
            };
        }
    }

    private static NpgsqlBatchCommand Record(IReadOnlyList<Reading> readings, Guid batch) => new(Sql)
    {
        Parameters =
        {
            Rows.Column(readings, r => r.Task),
            Rows.Column(readings, r => r.Status),
            Rows.Column(readings, r => r.Family),
            Rows.Column(readings, r => r.Model),
            Rows.Column(readings, r => r.UpstreamCreatedAt, NpgsqlDbType.TimestampTz),
            Rows.Column(readings, r => r.NotFound),
            Rows.Column(readings, r => r.UrlMissing),
            Rows.Column(readings, r => r.ConsecutiveFailures),
            Rows.Column(readings, r => r.Trouble?.Kind),
            Rows.Column(readings, r => r.Trouble?.StatusCode, NpgsqlDbType.Integer),
            Rows.Column(readings, r => r.Trouble?.Detail),
            Rows.Column(readings, r => r.ReadAt, NpgsqlDbType.TimestampTz),
            new() { Value = batch },
        },
    };
}
