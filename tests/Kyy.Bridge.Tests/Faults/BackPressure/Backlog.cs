using Npgsql;

namespace Kyy.Bridge.Tests.Faults.BackPressure;

/// <summary>Deliveries that have failed before and are due, as a day leaves them during which receivers were down.</summary>
internal static class Backlog
{
    /// <summary>What a webhook of it says: its place in the order of due times; zero in what is new.</summary>
    public const string Place = "place";

    private const string DestinationSql = "insert into bridge.destinations (client_id, host) values ($1, $2) returning id";

    // Spread over the day in the order of their numbers, tried some times, and of the size of an end.
    private const string DueSql = """
        with event as (
            insert into bridge.events (id, client_id, type, created_at, payload)
            select bridge.new_id(), $1, 'task.completed', now(), convert_to('{"place":' || n || ',"pad":"' || repeat('x', 600) || '"}', 'UTF8')
            from generate_series($4::integer, $5::integer) n
            returning id, payload
        )
        insert into bridge.deliveries (id, event_id, client_id, callback_id, destination, url, created_at, next_attempt_at, attempts, claim)
        select bridge.new_id(), id, $1, bridge.new_id(), $2, $3, now() - interval '1 day',
               now() - interval '1 day' + (convert_from(payload, 'UTF8')::json ->> 'place')::integer * interval '1 ms', 3, 3
        from event
        """;

    private const string NewSql = """
        with event as (
            insert into bridge.events (id, client_id, type, created_at, payload)
            select bridge.new_id(), $1, 'task.completed', now(), '{"place":0}' from generate_series(1, $4) returning id
        )
        insert into bridge.deliveries (id, event_id, client_id, callback_id, destination, url, created_at, next_attempt_at)
        select bridge.new_id(), id, $1, bridge.new_id(), $2, $3, now(), now() from event
        """;

    private const int AtOnce = 50_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<int> DestinationAsync(NpgsqlDataSource dataSource, Guid client, string host)
    {
        await using var command = Command(dataSource, DestinationSql, client, host);
        return (int)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>So many that are due, the first of them for longest.</summary>
    public static async Task DueAsync(NpgsqlDataSource dataSource, Guid client, int destination, string url, int count)
    {
        for (var from = 1; from <= count; from += AtOnce)
        {
            await using var command = Command(dataSource, DueSql, client, destination, url, from, Math.Min(count, from + AtOnce - 1));
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }

    /// <summary>So many first attempts.</summary>
    public static async Task NewAsync(NpgsqlDataSource dataSource, Guid client, int destination, string url, int count)
    {
        await using var command = Command(dataSource, NewSql, client, destination, url, count);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlDataSource dataSource, string sql, params object[] values)
    {
        var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
