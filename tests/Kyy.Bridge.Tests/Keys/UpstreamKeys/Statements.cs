using Kyy.Bridge.Keys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Keys.UpstreamKeys;

/// <summary>Statements by hand.</summary>
internal static class Statements
{
    public static async Task<T> ScalarAsync<T>(this TestDatabase database, string sql, params object[] parameters) =>
        (await database.ListAsync<T>(sql, parameters)).Single();

    public static async Task<List<T>> ListAsync<T>(this TestDatabase database, string sql, params object[] parameters)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<T>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            values.Add(await reader.GetFieldValueAsync<T>(0, TestContext.Current.CancellationToken));
        return values;
    }

    public static async Task<int> ExecuteAsync(this TestDatabase database, string sql, params object[] parameters)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The state of a budget, as a poller would have set it ten minutes ago, paused for another ten.</summary>
    public static Task<int> PauseAsync(this TestDatabase database, int budget, string state, int? statusCode = null) =>
        database.ExecuteAsync(
        """
        update bridge.upstream_budgets
        set state = $2, status_code = nullif($3, 0), reason = 'key_refused', state_since = now() - interval '10 minutes',
            paused_until = now() + interval '10 minutes', probe_until = now() + interval '1 minute'
        where id = $1
        """,
        budget, state, statusCode ?? 0);

    /// <summary>A slot of a client's, in a lane of the operator's key.</summary>
    public static Task<int> FileForOperatorAsync(this TestDatabase database, Guid client, string family = "default") =>
        database.ExecuteAsync(
        """
        with lane as (insert into bridge.lanes (upstream_key_id, family, tier) values ($1, $2, 'default') returning id)
        insert into bridge.slots (lane, client_id, next_due) select id, $3, now() from lane
        """,
        UpstreamKey.Operator, family, client);
}
