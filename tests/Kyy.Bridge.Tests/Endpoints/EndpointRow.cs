using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Endpoints;

/// <summary>An endpoint as a test wants it, and what is asked of a database again and again.</summary>
internal sealed record EndpointRow
{
    public static readonly string[] Ends = ["task.completed", "task.failed"];

    private const string Sql = """
        with endpoint as (
            insert into bridge.endpoints (id, client_id, url, host, events, families, rate_limit_per_second, status, disabled_reason,
                                          disabled_at, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, case when $8 = 'disabled' then 'client' end, case when $8 = 'disabled' then now() end, now())
            returning id, client_id
        )
        insert into bridge.destinations (client_id, host, endpoint_id) select client_id, $9, id from endpoint returning id
        """;

    public string Url { get; init; } = "https://hooks.example.test/all";
    public string[] Events { get; init; } = Ends;
    public string[]? Families { get; init; }
    public int? RateLimit { get; init; }
    public bool Enabled { get; init; } = true;

    /// <summary>Stores it with its destination, and returns its id.</summary>
    public async Task<Guid> AddAsync(TestDatabase database, Guid client)
    {
        var id = Make.NewId();
        await database.ExecuteAsync(
            Sql, id, client, Url, new Uri(Url).Authority, Events, (object?)Families ?? DBNull.Value, (object?)RateLimit ?? DBNull.Value,
            Enabled ? "enabled" : "disabled", TypeId.Format(TypeId.Endpoint, id));
        return id;
    }
}

internal static class TestDatabaseQueries
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<int> ExecuteAsync(this TestDatabase database, string sql, params object[] parameters)
    {
        await using var command = Command(database, sql, parameters);
        return await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>The first column of every row.</summary>
    public static async Task<List<T>> ReadAsync<T>(this TestDatabase database, string sql, params object[] parameters)
    {
        await using var command = Command(database, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var values = new List<T>();
        while (await reader.ReadAsync(Cancellation)) values.Add(await reader.GetFieldValueAsync<T>(0, Cancellation));
        return values;
    }

    private static NpgsqlCommand Command(TestDatabase database, string sql, object[] parameters)
    {
        var command = database.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return command;
    }
}
