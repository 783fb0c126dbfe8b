using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Tasks.Concerns;

/// <summary>Links that die soon, while somebody who should have been told of them has not been.</summary>
internal static class LinkConcerns
{
    private static readonly TimeSpan Soon = TimeSpan.FromHours(2);

    // Of each client: those that die first.
    private const int MostLooked = 1_000;

    // By index tasks_links of each client, and deliveries_task for each of those looked at. Where a fresh one was asked for already,
    // there is nothing to mend.
    private const string Sql = """
        select c.id, x.id, x.task_id, x.video_url_expires_at
        from bridge.clients c
        cross join lateral (
            select t.id, t.task_id, t.video_url_expires_at
            from (
                select id, task_id, video_url_expires_at, refresh_due_at
                from bridge.tasks
                where client_id = c.id and status = 'completed'
                  and video_url_expires_at > now() and video_url_expires_at < now() + $3
                order by video_url_expires_at
                limit $4
            ) t
            where t.refresh_due_at is null
              and exists (select 1 from bridge.deliveries d where d.task_id = t.id and d.state in ('pending', 'dead'))
            order by t.video_url_expires_at
            limit $2
        ) x
        where {whose}
        order by x.video_url_expires_at, x.id
        limit $2
        """;

    public static Task<List<AttentionItem>> ReadAsync(Concern concern, CancellationToken cancellation) => concern.ReadAsync(
        Sql, "c.id", row => Item(concern, row), cancellation,
        new NpgsqlParameter { Value = Soon }, new NpgsqlParameter { Value = MostLooked });

    private static AttentionItem Item(Concern concern, NpgsqlDataReader row)
    {
        var (id, expires) = (TypeId.Format(TypeId.Task, row.GetGuid(1)), row.GetFieldValue<DateTimeOffset>(3));
        return new()
        {
            Kind = AttentionKinds.LinkExpiring,
            Severity = Concern.Warning,
            Count = 1,
            Subject = id,
            Since = expires,
            Detail = $"The link of {row.GetString(2)} dies at {WireTime.Format(expires)}, and its event has not arrived everywhere.",
            Mend = Concern.Mend("POST", $"/v1/tasks/{id}/refresh"),
            ClientId = concern.NameOf(row.GetGuid(0)),
        };
    }
}
