using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Events;

/// <summary>Writes events statement by statement, as a test wants them.</summary>
internal static class FeedWriter
{
    public const string At = "2026-11-20T09:10:11.123Z";

    // With ids in no order.
    private const string InsertSql = """
        insert into bridge.events (id, client_id, type, created_at, payload)
        values (gen_random_uuid(), $1, 'upstream_key.restored', now(), $2)
        returning id
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A transaction of its own, announced or not.</summary>
    public static async Task<NpgsqlConnection> BeginAsync(this NpgsqlDataSource dataSource, bool announced = true)
    {
        var connection = await dataSource.OpenConnectionAsync(Cancellation);
        await connection.RunAsync("begin");
        if (announced) await EventWriting.AnnounceAsync(connection, Cancellation);
        return connection;
    }

    public static async Task RunAsync(this NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Gives the transaction its number.</summary>
    public static Task NumberAsync(this NpgsqlConnection connection) => connection.RunAsync("select pg_current_xact_id()");

    /// <summary>Writes an event. Its public id.</summary>
    public static async Task<string> WriteAsync(this NpgsqlConnection connection, Guid client, byte[]? payload = null)
    {
        await using var command = new NpgsqlCommand(InsertSql, connection)
        {
            Parameters = { new() { Value = client }, new() { Value = payload ?? Payload() } },
        };
        return TypeId.Format(TypeId.Event, (Guid)(await command.ExecuteScalarAsync(Cancellation))!);
    }

    public static async Task CommitAsync(this NpgsqlConnection connection)
    {
        await connection.RunAsync("commit");
        await connection.DisposeAsync();
    }

    /// <summary>An event in a transaction of its own.</summary>
    public static async Task<string> WriteOneAsync(this TestDatabase database, Guid client, byte[]? payload = null)
    {
        var connection = await database.DataSource.BeginAsync();
        var id = await connection.WriteAsync(client, payload);
        await connection.CommitAsync();
        return id;
    }

    /// <summary>A body as it is stored, with this data.</summary>
    public static byte[] Payload(string data = """{"name":"main"}""") => Encoding.UTF8.GetBytes(
        $$"""{"type":"{{EventTypes.UpstreamKeyRestored}}","timestamp":"{{At}}","data":{{data}}}""");
}
