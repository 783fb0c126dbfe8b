using Kyy.Bridge.Client;
using Kyy.Bridge.Events;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Events;

/// <summary>Many writers in each other's way and many readers: every reader sees every event once, and all in the same order.</summary>
[Collection(nameof(AloneOnTheMachine))]
[Trait(Soak.Trait, "feed")]
public sealed class FeedOrderTests(PostgresServer server)
{
    private const int Writers = 32, Readers = 8, LargestTransaction = 5, LongestDetour = 6;

    private static readonly int Share = Soak.Of(2_000, 100_000) / Writers, Total = Share * Writers;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Soak.Of(90, 1_800));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_reader_sees_every_event_once_in_the_same_order()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var owner = await FeedOwner.CreateAsync(bridge);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var others = Enumerable.Range(0, 4).Select(number => BeInTheWayAsync(bridge.Database, number, stop.Token)).ToArray();
        var started = TimeProvider.System.GetTimestamp();

        var readers = Enumerable.Range(0, Readers).Select(number => number < Readers / 2
            ? PageAsync(bridge.ClientOf(number % 2 == 0 ? owner.Key : BridgeApplication.AdminKey), new Random(number))
            : StreamAsync(bridge.ClientOf(number % 2 == 0 ? owner.Key : BridgeApplication.AdminKey), new Random(number))).ToArray();
        var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(number => WriteAsync(bridge.Database, owner.Id, new Random(number))));
        var wrote = TimeProvider.System.GetElapsedTime(started);
        var read = await Task.WhenAll(readers).WaitAsync(Patience, TimeProvider.System, Cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(others);

        Soak.Say($"{Total} events by {Writers} writers in {wrote.TotalSeconds:0.0} s, all read by {Readers} readers "
            + $"{(TimeProvider.System.GetElapsedTime(started) - wrote).TotalMilliseconds:0} ms after the last was written");
        read[0].Order().ShouldBe(written.SelectMany(ids => ids).Order());
        foreach (var seen in read) seen.SequenceEqual(read[0]).ShouldBeTrue();
        await ShouldReadByIndexAsync(bridge.Database);
    }

    // Gets its number early and writes late, has savepoints that are rolled back, or is rolled back as a whole.
    private static async Task<List<string>> WriteAsync(TestDatabase database, Guid client, Random random)
    {
        var written = new List<string>();
        while (written.Count < Share)
        {
            await using var connection = await database.DataSource.BeginAsync();
            if (random.Next(2) == 0) await connection.NumberAsync();
            await DetourAsync(connection, random);
            var ids = new List<string>();
            for (var left = Math.Min(random.Next(1, LargestTransaction), Share - written.Count); left > 0; left--)
            {
                if (random.Next(4) == 0)
                {
                    await connection.RunAsync("savepoint s");
                    await connection.WriteAsync(client);
                    await connection.RunAsync("rollback to s");
                }

                ids.Add(await connection.WriteAsync(client));
                await DetourAsync(connection, random);
            }

            if (random.Next(5) == 0)
            {
                await connection.RunAsync("rollback");
                continue;
            }

            await connection.CommitAsync();
            written.AddRange(ids);
        }

        return written;
    }

    // Transactions with numbers that write no events.
    private static async Task BeInTheWayAsync(TestDatabase database, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        while (!stop.IsCancellationRequested)
        {
            await using var connection = await database.DataSource.BeginAsync(announced: false);
            await connection.NumberAsync();
            await DetourAsync(connection, random);
            await connection.CommitAsync();
        }
    }

    private static async Task DetourAsync(NpgsqlConnection connection, Random random)
    {
        for (var trips = random.Next(LongestDetour); trips > 0; trips--) await connection.RunAsync("select 1");
    }

    private static async Task<List<string>> PageAsync(BridgeClient client, Random random)
    {
        var seen = new List<string>();
        string? cursor = null;
        while (seen.Count < Total)
        {
            var page = await client.ListEventsAsync(cursor, random.Next(1, 60), Cancellation);
            seen.AddRange(page.Data.Select(made => made.Id));
            cursor = page.NextCursor;
        }

        return seen;
    }

    // From where the feed began, over connections that break now and then.
    private static async Task<List<string>> StreamAsync(BridgeClient client, Random random)
    {
        var seen = new List<string>();
        var cursor = await BeginningAsync(client);
        while (seen.Count < Total)
        {
            var until = seen.Count + random.Next(1, Total);
            await foreach (var came in client.StreamEventsAsync(cursor, Cancellation))
            {
                cursor = came.Cursor;
                if (came.Event is { } made) seen.Add(made.Id);
                if (seen.Count >= Math.Min(until, Total)) break;
            }
        }

        return seen;
    }

    private static async Task<string> BeginningAsync(BridgeClient client)
    {
        var now = FeedCursor.Parse((await client.ListEventsAsync(limit: 1, cancellationToken: Cancellation)).NextCursor)!.Value;
        return (now with { Position = FeedPosition.Zero }).ToString();
    }

    private static async Task ShouldReadByIndexAsync(TestDatabase database)
    {
        // For a client that has most of the events either index would do.
        await database.ExecuteAsync(
            """
            insert into bridge.events (id, client_id, type, created_at, payload)
            select gen_random_uuid(), md5((n % 20)::text)::uuid, 'task.failed', now(), '{}' from generate_series(1, 5000) n
            """);
        await database.ExecuteAsync("analyze bridge.events");
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        var client = await database.ScalarAsync<Guid>("select md5('7')::uuid");
        foreach (var after in (object[])[1_000UL, DBNull.Value])
        {
            (await PlanAsync(connection, ReadFeed.OfOneSql, client, after)).ShouldContain("events_feed");
            (await PlanAsync(connection, ReadFeed.OfAllSql, null, after)).ShouldContain("events_tail");
        }
    }

    private static async Task<string> PlanAsync(NpgsqlConnection connection, string sql, Guid? client, object after)
    {
        await using var command = new NpgsqlCommand($"explain {sql}", connection)
        {
            Parameters =
            {
                new() { Value = after, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 },
                new() { Value = Guid.Empty },
                new() { Value = ulong.MaxValue, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 },
                new() { Value = 50 },
            },
        };
        if (client is { } one) command.Parameters.Add(new() { Value = one });
        await using var row = await command.ExecuteReaderAsync(Cancellation);
        var plan = new List<string>();
        while (await row.ReadAsync(Cancellation)) plan.Add(row.GetString(0));
        var text = string.Join('\n', plan);
        text.ShouldNotContain("Seq Scan on events");
        // The place is what the index is entered by, not what is left out afterwards.
        text.ShouldMatch(@"Index Cond: .*ROW\(xid, id\) > ROW\(", customMessage: text);
        return text;
    }
}
