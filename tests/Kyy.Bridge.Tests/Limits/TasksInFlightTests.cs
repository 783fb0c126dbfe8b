using Kyy.Bridge.Limits;
using Kyy.Bridge.Tests.Polling;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Limits;

public sealed class TasksInFlightTests(PostgresServer server)
{
    private readonly ManualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_who_ask_together_share_one_count()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        await database.FileAsync(PollingDatabase.Now, 3);
        var tasks = new TasksInFlight(database.DataSource, new() { TasksInFlight = 100 }, _time);
        await using var held = await HoldAsync(database);

        var asked = Enumerable.Range(0, 20).Select(_ => tasks.OfAsync(PollingDatabase.Client, Cancellation)).ToList();
        await database.WhenBlockedAsync();
        var counting = await database.ReadAsync<int>(
            "select pid from pg_stat_activity where datname = current_database() and state = 'active' and query like 'select count(*)%'");
        await held.DisposeAsync();

        counting.ShouldHaveSingleItem();
        (await Task.WhenAll(asked)).Distinct().ShouldHaveSingleItem().InFlight.ShouldBe(3);
    }

    [Fact]
    public async Task Far_from_the_limit_whoever_registers_does_not_wait_for_a_new_count()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (_, slot, _) = await database.FileAsync(PollingDatabase.Now, 3);
        var tasks = new TasksInFlight(database.DataSource, new() { TasksInFlight = 100 }, _time);
        var first = await tasks.OfAsync(PollingDatabase.Client, Cancellation);
        await database.TasksAsync(slot, PollingDatabase.Now, 2);
        _time.Advance(TasksInFlight.LifeFarFromIt);
        await using var held = await HoldAsync(database);

        var meanwhile = await tasks.RoomOfAsync(PollingDatabase.Client, Cancellation);
        await database.WhenBlockedAsync();
        await held.DisposeAsync();

        meanwhile.ShouldBeSameAs(first);
        (await tasks.OfAsync(PollingDatabase.Client, Cancellation)).InFlight.ShouldBe(5);
    }

    [Fact]
    public async Task Near_the_limit_whoever_registers_waits_for_it()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (_, slot, _) = await database.FileAsync(PollingDatabase.Now, 3);
        var tasks = new TasksInFlight(database.DataSource, new() { TasksInFlight = 6 }, _time);
        await tasks.OfAsync(PollingDatabase.Client, Cancellation);
        await database.TasksAsync(slot, PollingDatabase.Now, 2);
        _time.Advance(TasksInFlight.Life);

        (await tasks.RoomOfAsync(PollingDatabase.Client, Cancellation)).InFlight.ShouldBe(5);
    }

    // A count waits for it; disposing of it lets the count go on.
    private static async Task<NpgsqlConnection> HoldAsync(PollingDatabase database)
    {
        var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var held = new NpgsqlCommand("begin; lock table bridge.slots in access exclusive mode", connection);
        await held.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }
}
