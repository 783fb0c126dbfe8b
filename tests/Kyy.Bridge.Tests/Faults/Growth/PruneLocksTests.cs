using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Maintenance;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Deliveries;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.Growth;

/// <summary>
/// While a whole batch of what is pruned has been deleted and not committed, with all the locks that it ever holds, everything else goes
/// on: whoever had to wait would be refused by the service's own time-outs.
/// </summary>
public sealed class PruneLocksTests(PostgresServer server) : IAsyncLifetime
{
    // More than a batch, so that there is a second one.
    private const int Old = 1_200, Batch = 1_000, AtOnce = 400;
    private const long Latch = 4711;

    // The pruner's transaction, at its end, with every lock that it has.
    private const string HeldSql = """
        select l.pid from pg_locks l where l.locktype = 'advisory' and not l.granted and l.objid = 4711
        """;

    // Readers and writers of rows take the other three.
    private const string StrongSql = """
        select count(*) from pg_locks
        where pid = $1 and locktype = 'relation' and mode not in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
        """;

    private BridgeApplication _bridge = null!;
    private DeliveryDatabase _database = null!;
    private NpgsqlDataSource _impatient = null!;
    private string _key = null!;
    private Guid _client;
    private int _destination;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _database = DeliveryDatabase.Of(_bridge);
        _impatient = BridgeDataSource.Create(_bridge.Database.ConnectionString, 4);
        var client = await _bridge.CreateClientAsync();
        _key = client.ApiKey;
        TypeId.TryParse(TypeId.Client, client.Id, out _client);
        _destination = await _database.DestinationAsync(_client, "hooks.example.test:443");
        for (var made = 0; made < Old; made += AtOnce) await _database.DeliveriesAsync(_destination, AtOnce);
        await _database.ExecuteAsync("update bridge.tasks set ended_at = now() - interval '31 days'");
        await _database.ExecuteAsync("update bridge.events set created_at = now() - interval '31 days'");
        await _database.ExecuteAsync("""
            update bridge.deliveries set state = 'delivered', next_attempt_at = null, created_at = now() - interval '31 days',
                                         ended_at = now() - interval '31 days'
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _impatient.DisposeAsync();
        await _bridge.DisposeAsync();
    }

    [Theory]
    [InlineData("deliveries")]
    [InlineData("events")]
    [InlineData("tasks")]
    public async Task While_a_batch_is_removed_tasks_are_registered_ended_erased_and_delivered(string table)
    {
        await _database.DeliveriesAsync(_destination, 5);
        await using var latch = await _database.DataSource.OpenConnectionAsync(Cancellation);
        await ExecuteAsync(latch, $"select pg_advisory_lock({Latch})");
        await HoldAtTheEndOfAsync(table);

        var pruning = Pruner(table).RunOnceAsync(Cancellation);
        var pruner = 0;
        await Wait.UntilAsync(async () => (pruner = (await _database.ReadAsync<int>(HeldSql)).SingleOrDefault()) != 0, "a batch is removed");

        (await _database.ReadAsync<long>(StrongSql, pruner)).ShouldBe([0]);
        await RegisterEndAndEraseAsync();
        await ClaimAndSettleAsync();
        await ExecuteAsync(latch, $"select pg_advisory_unlock({Latch})");
        (await pruning).Done.ShouldBe(Batch);
    }

    // Only what the table is about is old enough.
    private Pruner Pruner(string table)
    {
        var (kept, gone) = (TimeSpan.FromDays(100), TimeSpan.FromDays(30));
        return new(_database.DataSource, new()
        {
            Deliveries = table == "deliveries" ? gone : kept,
            Events = table == "events" ? gone : kept,
            Tasks = table == "tasks" ? gone : kept,
        });
    }

    private Task HoldAtTheEndOfAsync(string table) => _database.ExecuteAsync($"""
        create function public.hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock({Latch}); return null; end $$;
        create constraint trigger hold after delete on bridge.{table} deferrable initially deferred for each row execute function public.hold();
        """);

    private async Task RegisterEndAndEraseAsync()
    {
        var api = _bridge.ClientOf(_key);
        var callback = "https://hooks.example.test/a";
        var registered = await api.RegisterBatchAsync(
            [.. Enumerable.Range(0, 3).Select(number => new TaskRegistration { TaskId = $"new-{number}", CallbackUrl = callback })],
            cancellationToken: Cancellation);
        registered.Created.ShouldBe(3);
        var tasks = await api.ListTasksAsync(cancellationToken: Cancellation).Where(task => !task.Ended).ToListAsync(Cancellation);
        await _bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(tasks[0].Id, TaskStatuses.Failed));
        (await api.StopManyAsync([tasks[1].Id], erase: true, cancellationToken: Cancellation)).Stopped.ShouldBe(1);
        (await _database.ReadAsync<string>("select e.type from bridge.events e join bridge.tasks t on t.id = e.task_id and t.task_id like 'new-%'"))
            .ShouldBe([EventTypes.TaskFailed]);
    }

    private async Task ClaimAndSettleAsync()
    {
        await using var connection = await _impatient.OpenConnectionAsync(Cancellation);
        var claimed = await ClaimDueDeliveries.ClaimAsync(
            connection, _destination, new Places(50, 50, 0), DeliveryDatabase.Lease, leaseEnds: 7, Cancellation);
        claimed.Count.ShouldBeGreaterThanOrEqualTo(5);
        var attempt = new Attempt(new AttemptResult.Accepted(204), TimeProvider.System.GetUtcNow(), TimeSpan.FromMilliseconds(3), null);
        await SettleDeliveries.WriteAsync(_impatient, [.. claimed.Select(delivery => Settlement.After(delivery, attempt, [], 0))]);
        (await _database.ReadAsync<long>("select count(*) from bridge.delivery_attempts where status_code = 204")).ShouldBe([claimed.Count]);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
