using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Outcomes;

/// <summary>
/// Ends tasks, the first end of each winning: the first statement of the batch whose second is <see cref="InsertEvents"/>.
/// </summary>
/// <remarks>
/// Locks in id order, so that two batches with the same tasks wait instead of deadlocking. Two statements and not one with
/// CTEs: the second has to read the callbacks with a snapshot taken after the row locks are held; as one statement, a callback
/// that was registered during the lock wait was stored and never served.
/// </remarks>
internal static class RecordOutcomes
{
    internal const string Sql = """
        with locked as materialized (
            select id from bridge.tasks where id = any ($1) and ended_at is null order by id for no key update
        )
        update bridge.tasks t
        set status = o.status, family = o.family, model = coalesce(o.model, t.model),
            upstream_created_at = coalesce(o.upstream_created_at, t.upstream_created_at),
            video_urls = o.video_urls::text[], video_url_expires_at = o.video_url_expires_at,
            actual_duration = o.actual_duration, error_code = o.error_code, error_message = o.error_message,
            warnings = o.warnings::text[],
            ended_at = o.ended_at, next_poll_at = null, slot_id = null, consecutive_failures = 0, batch = $13
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            o (id, status, family, model, upstream_created_at, video_urls, video_url_expires_at, actual_duration,
               error_code, error_message, warnings, ended_at)
        where t.id = o.id and t.id in (select id from locked)
        """;

    /// <summary>The statement for one batch.</summary>
    /// <param name="outcomes">The ends, each of another task.</param>
    /// <param name="batch">Marks the rows, so that the second statement finds those that this batch ended.</param>
    public static NpgsqlBatchCommand Command(IReadOnlyList<Outcome> outcomes, Guid batch) => new(Sql)
    {
        Parameters =
        {
            Rows.Column(outcomes, o => o.Task),
            Rows.Column(outcomes, o => o.Status),
            Rows.Column(outcomes, o => o.Family),
            Rows.Column(outcomes, o => o.Model),
            Rows.Column(outcomes, o => o.UpstreamCreatedAt, NpgsqlDbType.TimestampTz),
            Rows.Lists(outcomes, o => o.VideoUrls),
            Rows.Column(outcomes, o => o.VideoUrlExpiresAt, NpgsqlDbType.TimestampTz),
            Rows.Column(outcomes, o => o.ActualDuration, NpgsqlDbType.Numeric),
            Rows.Column(outcomes, o => o.Error?.Code),
            Rows.Column(outcomes, o => o.Error?.Message),
            Rows.Lists(outcomes, o => o.Warnings),
            Rows.Column(outcomes, o => o.EndedAt, NpgsqlDbType.TimestampTz),
            new() { Value = batch },
        },
    };
}
