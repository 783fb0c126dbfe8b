using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kyy.Bridge.Tests.Outcomes;

/// <summary>A callback that comes when its task has ended, or just while the end is being recorded, is served all the same, once.</summary>
public sealed class LateCallbackTests(PostgresServer server)
{
    private const string Early = "http://127.0.0.1:9/early", Late = "http://127.0.0.1:9/late";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_callback_of_an_ended_task_gets_the_outcome_at_once()
    {
        await using var bridge = await StartAsync();
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        var task = await client.RegisterAsync(new() { TaskId = "video_1", CallbackUrl = Early }, cancellationToken: Cancellation);
        await RecordAsync(bridge, task);

        var again = await client.RegisterAsync(new() { TaskId = "video_1", CallbackUrl = Late }, cancellationToken: Cancellation);

        again.Status.ShouldBe(TaskStatuses.Completed);
        again.Deliveries.Pending.ShouldBe(2);
        await ShouldBeServedOnceEachAsync(bridge);
    }

    [Fact]
    public async Task A_callback_that_asks_for_another_end_than_came_is_not_served()
    {
        await using var bridge = await StartAsync();
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        var task = await client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);
        await RecordAsync(bridge, task);

        var again = await client.RegisterAsync(
            new() { TaskId = "video_1", CallbackUrl = Late, Events = [EventTypes.TaskFailed] }, cancellationToken: Cancellation);

        again.Deliveries.Pending.ShouldBe(0);
    }

    [Fact]
    public async Task A_callback_of_an_erased_task_gets_nothing()
    {
        await using var bridge = await StartAsync();
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        var task = await client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);
        await RecordAsync(bridge, task);
        await client.StopAsync(task.Id, erase: true, Cancellation);

        var again = await client.RegisterAsync(new() { TaskId = "video_1", CallbackUrl = Late }, cancellationToken: Cancellation);

        again.Status.ShouldBe(TaskStatuses.Completed);
        again.Deliveries.Pending.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_callback_that_arrives_while_the_end_is_recorded_is_served_whichever_goes_first(bool endGoesFirst)
    {
        await using var bridge = await StartAsync();
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        var task = await client.RegisterAsync(new() { TaskId = "video_1", CallbackUrl = Early }, cancellationToken: Cancellation);

        // Both are held at the task's row and let go in the order in which they came to it.
        await using var held = await bridge.Database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await held.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(held, "select from bridge.tasks for update");
        Func<Task> record = () => RecordAsync(bridge, task);
        Func<Task> register = () => client.RegisterAsync(new() { TaskId = "video_1", CallbackUrl = Late }, cancellationToken: Cancellation);
        var first = (endGoesFirst ? record : register)();
        await WaitersAsync(bridge, 1);
        var second = (endGoesFirst ? register : record)();
        await WaitersAsync(bridge, 2);
        await transaction.CommitAsync(Cancellation);
        await Task.WhenAll(first, second);

        await ShouldBeServedOnceEachAsync(bridge);
    }

    private Task<BridgeApplication> StartAsync() => BridgeApplication.StartAsync(server);

    private static Task RecordAsync(BridgeApplication bridge, BridgeTask task) =>
        bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task.Id, TaskStatuses.Completed));

    private static async Task ShouldBeServedOnceEachAsync(BridgeApplication bridge)
    {
        await using var command = bridge.Database.DataSource.CreateCommand("""
            select d.url || ' ' || e.type from bridge.deliveries d join bridge.events e on e.id = d.event_id order by d.url
            """);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var served = new List<string>();
        while (await reader.ReadAsync(Cancellation)) served.Add(reader.GetString(0));
        served.ShouldBe([$"{Early} task.completed", $"{Late} task.completed"]);
    }

    private static Task WaitersAsync(BridgeApplication bridge, int count) => Wait.UntilAsync(
        async () =>
        {
            await using var command = bridge.Database.DataSource.CreateCommand("""
                select count(*)::integer from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
                """);
            return (int)(await command.ExecuteScalarAsync(Cancellation))! == count;
        },
        $"{count} wait for the row");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
