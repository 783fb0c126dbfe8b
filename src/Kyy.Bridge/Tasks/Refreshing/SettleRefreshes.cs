using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Tasks.Refreshing;

/// <summary>Writes what looks without a link came to. An answer that counts for nothing is not written: the claim has moved it on.</summary>
internal sealed class SettleRefreshes(NpgsqlDataSource dataSource, UpstreamOptions options)
{
    /// <summary>Answers in a row without a link, after which it is given up.</summary>
    public const int MostTries = 3;

    /// <summary>For how long a paused key or an upstream that does not answer is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    private const string RefusedSql = """
        update bridge.tasks
        set refresh_due_at = case when refresh_tries + 1 < $3 then refresh_due_at end,
            refresh_requested_at = case when refresh_tries + 1 < $3 then refresh_requested_at end,
            refresh_tries = case when refresh_tries + 1 < $3 then refresh_tries + 1 else 0 end,
            last_failure_at = now(), last_failure_kind = $4, last_failure_status = $5, last_failure_detail = $6
        where id = $1 and polls = $2 and refresh_due_at is not null
        returning refresh_due_at is null
        """;

    // Past its patience, and either asked since or not to be asked: the key is paused, or gone, or known to nobody. Not while it is
    // due later: then it may be on the wire. What is held waits however long.
    private const string GiveUpSql = $"""
        update bridge.tasks t
        set refresh_due_at = null, refresh_requested_at = null, refresh_tries = 0, last_failure_at = now(),
            last_failure_kind = 'refresh_given_up', last_failure_status = null, last_failure_detail = null
        where t.ctid = any (array(
            select r.ctid from bridge.tasks r
            cross join lateral (
                select r.client_id as client, coalesce((select k.base_url from bridge.upstream_keys k where k.id = r.upstream_key_id), $2) as url
            ) who
            where r.refresh_due_at <= now() and r.refresh_requested_at < now() - $1
              and (r.last_polled_at > r.refresh_requested_at + $1 or r.refresh_requested_at < now() - 2 * $1 or not exists (
                  select 1 from bridge.upstream_keys k join bridge.upstream_budgets b on b.id = k.budget_id
                  where k.id = r.upstream_key_id and b.state = 'active'))
              and not {PollingHolds.Held}
            limit 1000
            for no key update of r skip locked))
        """;

    /// <summary>An answer brought no link. True where that was the last look.</summary>
    public async Task<bool> RefuseAsync(DueRefresh refresh, TaskTrouble trouble)
    {
        await using var command = dataSource.CreateCommand(RefusedSql);
        command.Parameters.Add(new() { Value = refresh.Task.Id });
        command.Parameters.Add(new() { Value = refresh.Task.Polls });
        command.Parameters.Add(new() { Value = MostTries });
        command.Parameters.Add(new() { Value = trouble.Kind });
        command.Parameters.Add(new() { Value = (object?)trouble.StatusCode ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = (object?)trouble.Detail ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return await command.ExecuteScalarAsync() is true;
    }

    /// <summary>Gives up what has waited for too long. Returns how many.</summary>
    public async Task<int> GiveUpAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(GiveUpSql);
        command.Parameters.Add(new() { Value = Patience });
        command.Parameters.Add(new() { Value = UpstreamOptions.Normal(options.BaseUrl) });
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
