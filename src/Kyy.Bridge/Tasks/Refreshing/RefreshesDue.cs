using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Npgsql;

namespace Kyy.Bridge.Tasks.Refreshing;

/// <summary>
/// Whose refreshes are due, in the form in which clients take turns in a key's budget: to it they are a lane of their own, beside those
/// of the polls.
/// </summary>
/// <remarks>A hop over index <c>tasks_refresh</c>, one probe for each client of a key, however many are pending.</remarks>
internal static class RefreshesDue
{
    /// <summary>No lane of polls has it: theirs are counted from one.</summary>
    private const int Lane = 0;

    private const string Sql = $"""
        with recursive turns as (
            (select t.upstream_key_id, t.client_id, t.refresh_due_at
             from bridge.tasks t
             where t.refresh_due_at is not null
             order by t.upstream_key_id, t.client_id, t.refresh_due_at
             limit 1)
            union all
            select n.upstream_key_id, n.client_id, n.refresh_due_at
            from turns p
            cross join lateral (
                select t.upstream_key_id, t.client_id, t.refresh_due_at
                from bridge.tasks t
                where t.refresh_due_at is not null and (t.upstream_key_id, t.client_id) > (p.upstream_key_id, p.client_id)
                order by t.upstream_key_id, t.client_id, t.refresh_due_at
                limit 1
            ) n
        )
        select d.upstream_key_id, d.client_id, b.id, d.refresh_due_at - coalesce($1, now()),
               greatest(b.paused_until, b.probe_until) - coalesce($1, now())
        from turns d
        join bridge.upstream_keys k on k.id = d.upstream_key_id
        join bridge.upstream_budgets b on b.id = k.budget_id
        cross join lateral (select d.client_id as client, coalesce(k.base_url, $2) as url) who
        where not {PollingHolds.Held}
        """;

    /// <param name="dataSource">The database.</param>
    /// <param name="operatorsUrl">The base URL of the operator's key, which is not stored.</param>
    /// <param name="now">The time, in tests; PostgreSQL's by default.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<List<LaneDue>> ReadAsync(
        NpgsqlDataSource dataSource, string operatorsUrl, DateTimeOffset? now, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(Rows.Time(now));
        command.Parameters.Add(new() { Value = operatorsUrl });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var due = new List<LaneDue>();
        while (await reader.ReadAsync(cancellation))
        {
            due.Add(new(
                Lane, ServiceTiers.Default, reader.GetGuid(0), reader.GetInt32(2), IsFailing: false, reader.GetGuid(1), Fresh: false,
                reader.GetTimeSpan(3), reader.IsDBNull(4) ? null : reader.GetTimeSpan(4)));
        }

        return due;
    }
}
