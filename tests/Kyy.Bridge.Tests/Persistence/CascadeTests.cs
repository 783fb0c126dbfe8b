using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Tasks;
using Kyy.Bridge.Tests.Deliveries;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Persistence;

/// <summary>What is deleted takes along what belongs to it, and what is being deleted gets nothing more, without foreign keys.</summary>
public sealed class CascadeTests(PostgresServer server)
{
    private const string OrphansSql = """
        select (select count(*) from bridge.task_callbacks c where not exists (select from bridge.tasks t where t.id = c.task_id))
             + (select count(*) from bridge.events e where not exists (select from bridge.tasks t where t.id = e.task_id))
             + (select count(*) from bridge.deliveries d where not exists (select from bridge.events e where e.id = d.event_id))
             + (select count(*) from bridge.delivery_attempts a
                where not exists (select from bridge.deliveries d where d.id = a.delivery_id))
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tasks", "tasks 2, task_callbacks 2, events 2, deliveries 2, delivery_attempts 2")]
    [InlineData("events", "tasks 3, task_callbacks 3, events 2, deliveries 2, delivery_attempts 2")]
    [InlineData("deliveries", "tasks 3, task_callbacks 3, events 3, deliveries 2, delivery_attempts 2")]
    [InlineData("delivery_attempts", "tasks 3, task_callbacks 3, events 3, deliveries 3, delivery_attempts 2")]
    [InlineData("task_callbacks", "tasks 3, task_callbacks 2, events 3, deliveries 3, delivery_attempts 3")]
    public async Task What_is_deleted_takes_its_own_along_and_nothing_else(string table, string left)
    {
        await using var database = await FilledAsync(3);

        await database.ExecuteAsync($"delete from bridge.{table} where ctid = (select ctid from bridge.{table} limit 1)");

        (await RowsAsync(database)).ShouldBe(left);
        (await database.ReadAsync<long>(OrphansSql)).ShouldBe([0]);
    }

    [Fact]
    public async Task Many_go_with_what_is_theirs_in_one_statement()
    {
        await using var database = await FilledAsync(700);

        var deleted = await database.ExecuteAsync(
            "delete from bridge.tasks where ctid = any (array(select ctid from bridge.tasks limit 500))");

        deleted.ShouldBe(500);

        (await RowsAsync(database)).ShouldBe("tasks 200, task_callbacks 200, events 200, deliveries 200, delivery_attempts 200");
        (await database.ReadAsync<long>(OrphansSql)).ShouldBe([0]);
    }

    [Fact]
    public async Task The_hot_path_has_no_foreign_key_to_check()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);

        (await database.ReadAsync<string>("""
            select conname::text from pg_constraint
            where contype = 'f' and conrelid = any ('{bridge.tasks, bridge.task_callbacks, bridge.events, bridge.deliveries,
                                                      bridge.delivery_attempts}'::regclass[])
            """)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("tasks", """
        insert into bridge.task_callbacks (id, task_id, url, destination, events, created_at)
        select bridge.new_id(), id, 'https://late.example.test/', 1, '{task.failed}', now() from bridge.tasks
        """)]
    [InlineData("tasks", """
        insert into bridge.events (id, client_id, task_id, type, created_at, payload)
        select bridge.new_id(), client_id, id, 'task.result_refreshed', now(), '{}' from bridge.tasks
        """)]
    [InlineData("events", """
        insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, destination, url, created_at, next_attempt_at)
        select bridge.new_id(), id, client_id, task_id, bridge.new_id(), 1, 'https://late.example.test/', now(), now() from bridge.events
        """)]
    [InlineData("deliveries", """
        insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, status_code)
        select id, 2, now(), 1, 200 from bridge.deliveries
        """)]
    public async Task What_was_added_under_the_lock_that_a_delete_waits_for_goes_too(string table, string insert)
    {
        await using var database = await FilledAsync(1);
        await using var adding = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await adding.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(adding, $"select from bridge.{table} for no key update");
        var delete = database.ExecuteAsync($"delete from bridge.{table}");
        await BlockedAsync(database);
        await ExecuteAsync(adding, insert);

        await transaction.CommitAsync(Cancellation);

        (await delete).ShouldBe(1);
        (await database.ReadAsync<long>(OrphansSql)).ShouldBe([0]);
    }

    [Fact]
    public async Task A_late_callback_that_meets_the_removal_of_the_event_makes_no_delivery_of_it()
    {
        await using var database = await FilledAsync(1);
        var task = (await database.ReadAsync<Guid>("select id from bridge.tasks")).Single();

        var made = await WhileDeletedAsync(
            database, "events", connection => AddCallbacks.AddAsync(connection, [Late(task, 1)], mayHaveEnded: true, Cancellation));

        made.ShouldBe(0);
    }

    [Fact]
    public async Task A_replay_that_meets_the_removal_of_the_event_makes_no_delivery_of_it()
    {
        await using var database = await FilledAsync(1);
        var (endpoint, _) = await database.EndpointAsync();
        var events = (await database.ReadAsync<Guid>("select id from bridge.events")).ToArray();

        var made = await WhileDeletedAsync(
            database, "events", connection => ReplayEvents.MakeAsync(connection, events, endpoint, Cancellation));

        made.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_that_is_told_while_its_delivery_is_removed_is_not_kept(bool owned)
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var leased = await database.LeasedAsync();
        if (!owned) await database.ExecuteAsync("update bridge.deliveries set claim = 7");
        Attempt attempt = new(new AttemptResult.Accepted(204), DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1), []);

        await WhileDeletedAsync(database, "deliveries", async _ =>
        {
            await SettleDeliveries.WriteAsync(database.DataSource, [Settlement.After(leased, attempt, [], 0)]);
            return 0;
        });
    }

    [Fact]
    public async Task A_destination_that_callbacks_may_name_stays_and_an_endpoint_s_can_go()
    {
        await using var database = await FilledAsync(1);
        var (_, destination) = await database.EndpointAsync();

        (await database.ExecuteAsync("delete from bridge.destinations where id = $1", destination)).ShouldBe(1);
        var refusal = await Should.ThrowAsync<PostgresException>(() => database.ExecuteAsync("delete from bridge.destinations"));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
    }

    [Fact]
    public async Task A_callback_to_a_destination_that_is_not_there_is_refused()
    {
        await using var database = await FilledAsync(1);
        var task = (await database.ReadAsync<Guid>("select id from bridge.tasks")).Single();
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);

        var refusal = await Should.ThrowAsync<PostgresException>(() =>
            AddCallbacks.AddAsync(connection, [Late(task, destination: 4_711)], mayHaveEnded: false, Cancellation));

        refusal.ColumnName.ShouldBe("destination");
    }

    private static NewCallback Late(Guid task, int destination) =>
        new(Make.NewId(), task, destination, new("https://late.example.test/", "late.example.test:443", CallbackEvents.Ends, false));

    // Whatever it does meanwhile waits for the delete, which is committed then. What is left without a parent is a fault.
    private static async Task<int> WhileDeletedAsync(DeliveryDatabase database, string table, Func<NpgsqlConnection, Task<int>> act)
    {
        await using var deleting = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await deleting.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(deleting, $"delete from bridge.{table}");
        var acting = act(connection);
        await BlockedAsync(database);
        await transaction.CommitAsync(Cancellation);
        var done = await acting;
        (await database.ReadAsync<long>(OrphansSql)).ShouldBe([0]);
        return done;
    }

    private static Task BlockedAsync(DeliveryDatabase database) => Wait.UntilAsync(
        async () => (await database.ReadAsync<int>(
            "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")).Count > 0,
        "somebody waits for a lock");

    /// <summary>Ended tasks, each with a callback, an event, a delivery and an attempt.</summary>
    private async Task<DeliveryDatabase> FilledAsync(int tasks)
    {
        var database = await DeliveryDatabase.CreateAsync(server);
        await database.DeliveriesAsync(await database.DestinationAsync(), tasks);
        await database.ExecuteAsync("""
            insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, status_code)
            select id, 1, now(), 1, 200 from bridge.deliveries
            """);
        return database;
    }

    private static async Task<string> RowsAsync(DeliveryDatabase database) => (await database.ReadAsync<string>("""
        select concat('tasks ', (select count(*) from bridge.tasks), ', task_callbacks ', (select count(*) from bridge.task_callbacks),
                      ', events ', (select count(*) from bridge.events), ', deliveries ', (select count(*) from bridge.deliveries),
                      ', delivery_attempts ', (select count(*) from bridge.delivery_attempts))
        """)).Single();

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
