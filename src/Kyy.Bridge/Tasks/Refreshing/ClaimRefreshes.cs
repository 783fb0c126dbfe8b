using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Tasks.Refreshing;

/// <summary>
/// Takes due refreshes of one client with one key. The claim is the reschedule, as for polls: it moves each one on by its window's
/// shortest interval, so that a process that dies with it loses nothing, and nobody asks again too early.
/// </summary>
/// <remarks>By ctid from an array, as <see cref="ClaimDueTasks"/> says why. Index <c>tasks_refresh</c>; waits for no lock.</remarks>
internal sealed class ClaimRefreshes(NpgsqlDataSource dataSource, ModelCatalogue catalogue)
{
    private const string Sql = """
        with due as materialized (
            select t.id, t.refresh_due_at, t.last_polled_at, w.shortest
            from bridge.tasks t
            left join unnest($4, $5, $6) w (family, tier, shortest) on w.family = t.family and w.tier = t.service_tier
            where t.ctid = any (array(
                select ctid from bridge.tasks
                where upstream_key_id = $1 and client_id = $2 and refresh_due_at <= now()
                order by refresh_due_at
                limit $3
                for no key update skip locked))
        )
        update bridge.tasks t
        set refresh_due_at = now() + coalesce(d.shortest, $7), last_polled_at = now(), polls = t.polls + 1
        from due d
        where t.id = d.id
        returning t.id, t.task_id, t.family, t.service_tier, t.model, t.status, t.upstream_created_at, t.polls, t.refreshes, t.ended_at,
                  t.video_urls, t.video_url_expires_at, t.actual_duration, d.refresh_due_at, d.last_polled_at,
                  now() - t.registered_at, t.deadline_at - now()
        """;

    // Not made: due as before. What was stopped or erased meanwhile stays so.
    private const string HandBackSql = """
        update bridge.tasks set refresh_due_at = $3, last_polled_at = $4, polls = polls - 1
        where id = $1 and polls = $2 and refresh_due_at is not null
        """;

    // The upstream may have seen the request as late as that after the claim: whatever comes next counts from there.
    private const string PushOnSql = """
        update bridge.tasks
        set refresh_due_at = case when refresh_due_at is not null then greatest(refresh_due_at, last_polled_at + $3 + $4) end,
            last_polled_at = last_polled_at + $3
        where id = $1 and polls = $2
        """;

    private readonly (string Family, string Tier, TimeSpan Shortest)[] _windows =
    [
        .. catalogue.Families.SelectMany(family => new[] { false, true }.Select(isFlex =>
            (family.Id, isFlex ? ServiceTiers.Flex : ServiceTiers.Default, PollPlan.Shortest(family.WindowFor(isFlex))))),
    ];

    /// <summary>Claims up to <paramref name="limit"/>, those that have been due longest first.</summary>
    public async Task<List<DueRefresh>> ClaimAsync(LaneDue whose, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = whose.Key });
        command.Parameters.Add(new() { Value = whose.Client });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(Rows.Column(_windows, w => w.Family));
        command.Parameters.Add(Rows.Column(_windows, w => w.Tier));
        command.Parameters.Add(Rows.Column(_windows, w => w.Shortest));
        command.Parameters.Add(new() { Value = PollPlan.Shortest(catalogue.Default.Window) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var claimed = new List<DueRefresh>();
        while (await reader.ReadAsync(cancellation)) claimed.Add(Read(reader, whose));
        return claimed;
    }

    /// <summary>The request was not made.</summary>
    public async Task HandBackAsync(DueRefresh refresh)
    {
        await using var command = dataSource.CreateCommand(HandBackSql);
        command.Parameters.Add(new() { Value = refresh.Task.Id });
        command.Parameters.Add(new() { Value = refresh.Task.Polls });
        command.Parameters.Add(Rows.Time(refresh.DueAt));
        command.Parameters.Add(Rows.Time(refresh.Task.LastPolledAt));
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The request may have been seen so long after the claim.</summary>
    public async Task PushOnAsync(DueRefresh refresh, TimeSpan latest)
    {
        await using var command = dataSource.CreateCommand(PushOnSql);
        command.Parameters.Add(new() { Value = refresh.Task.Id });
        command.Parameters.Add(new() { Value = refresh.Task.Polls });
        command.Parameters.Add(new() { Value = latest });
        command.Parameters.Add(new() { Value = refresh.Window.Min });
        await command.ExecuteNonQueryAsync();
    }

    private DueRefresh Read(NpgsqlDataReader row, LaneDue whose)
    {
        var (family, tier) = (row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3));
        return new()
        {
            Task = new()
            {
                Id = row.GetGuid(0),
                ClientId = whose.Client,
                TaskId = row.GetString(1),
                UpstreamKeyId = whose.Key,
                Family = family,
                Tier = tier,
                Model = row.IsDBNull(4) ? null : row.GetString(4),
                Status = row.GetString(5),
                UpstreamCreatedAt = row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
                Polls = row.GetInt32(7),
                LastPolledAt = row.IsDBNull(14) ? null : row.GetFieldValue<DateTimeOffset>(14),
                // What a key may see of an old task no more says nothing about the key.
                IsForbidden = true,
                Age = row.GetTimeSpan(15),
                RegisteredFor = row.GetTimeSpan(15),
                DeadlineIn = row.GetTimeSpan(16),
            },
            Window = catalogue.Of(family).WindowFor(tier == ServiceTiers.Flex),
            Refreshes = row.GetInt32(8),
            EndedAt = row.GetFieldValue<DateTimeOffset>(9),
            VideoUrls = row.GetFieldValue<string[]>(10),
            VideoUrlExpiresAt = row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
            ActualDuration = row.IsDBNull(12) ? null : row.GetDecimal(12),
            DueAt = row.GetFieldValue<DateTimeOffset>(13),
        };
    }
}
