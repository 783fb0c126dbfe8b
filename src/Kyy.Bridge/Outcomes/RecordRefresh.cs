using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Outcomes;

/// <summary>
/// Stores a fresh link of a completed task, with the event that tells of it and a delivery for whoever asked for such events: one
/// transaction, two statements, for the reason given at <see cref="RecordOutcomes"/>.
/// </summary>
/// <remarks>Cold: a few now and then. The deliveries are due at once for whoever has room. Index <c>endpoints_client</c>.</remarks>
internal static class RecordRefresh
{
    // Only the refresh that was asked for, once: whoever stopped or erased the task, or recorded it meanwhile, was first.
    private const string LinkSql = """
        update bridge.tasks
        set video_urls = $3, video_url_expires_at = $4, warnings = $5, refresh_due_at = null, refresh_requested_at = null,
            refresh_tries = 0, refreshes = refreshes + 1, consecutive_failures = 0, batch = $6
        where id = $1 and refreshes = $2 and refresh_due_at is not null and erased_at is null
        """;

    private const string EventSql = $"""
        with made as (
            insert into bridge.events (id, client_id, task_id, type, created_at, payload, link_expires_at)
            select $1, t.client_id, t.id, $3, $4, $5, $6 from bridge.tasks t where t.id = $2 and t.batch = $7
            on conflict (id) do nothing
            returning id, client_id, task_id, type
        ), {EventRecipients.Wanted}
        insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, endpoint_id, destination, url, created_at,
                                       next_attempt_at)
        select bridge.new_id(), event_id, client_id, task_id, callback_id, endpoint_id, destination, url, now(), now()
        from wanted
        """;

    /// <summary>Returns how many deliveries there are for it.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="link">The fresh link.</param>
    /// <param name="made">The event, with its final bytes.</param>
    /// <param name="mark">A new id: marks the row, so that the second statement does nothing where the first did nothing.</param>
    public static async Task<int> RunAsync(NpgsqlDataSource dataSource, FreshLink link, NewEvent made, Guid mark)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(EventWriting.Announcement());
        batch.BatchCommands.Add(Link(link, mark));
        var events = Event(made, mark);
        batch.BatchCommands.Add(events);
        await batch.ExecuteNonQueryAsync();
        return (int)events.RecordsAffected;
    }

    private static NpgsqlBatchCommand Link(FreshLink link, Guid mark) => new(LinkSql)
    {
        Parameters =
        {
            new() { Value = link.Task },
            new() { Value = link.Refresh - 1 },
            new() { Value = link.VideoUrls.ToArray() },
            Rows.Time(link.VideoUrlExpiresAt?.ToUniversalTime()),
            new() { Value = link.Warnings.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = mark },
        },
    };

    private static NpgsqlBatchCommand Event(NewEvent made, Guid mark) => new(EventSql)
    {
        Parameters =
        {
            new() { Value = made.Id },
            new() { Value = made.Task },
            new() { Value = EventTypes.TaskResultRefreshed },
            Rows.Time(made.At.ToUniversalTime()),
            new() { Value = made.Payload },
            Rows.Time(made.LinkExpiresAt?.ToUniversalTime()),
            new() { Value = mark },
        },
    };
}
