using Kyy.Bridge.Persistence.Migrations;
using Kyy.Bridge.Tests.Deliveries;
using Kyy.Bridge.Tests.Support;
using Npgsql;
using NpgsqlTypes;
using static Kyy.Bridge.Tests.Faults.Versions.OldStatements;

namespace Kyy.Bridge.Tests.Faults.Versions;

/// <summary>Schema N serves the code of version N − 1: a task's whole way by the statements of the version before, on today's schema.</summary>
public sealed class VersionBeforeTests(PostgresServer server) : IAsyncLifetime
{
    private const string Url = "https://hooks.example.test/a", Host = "hooks.example.test:443";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Month = TimeSpan.FromDays(30), LongAgo = TimeSpan.FromDays(31);

    private readonly (Guid Task, Guid Callback, Guid Event, Guid Delivery, Guid Mark) _ids =
        (Make.NewId(), Make.NewId(), Make.NewId(), Make.NewId(), Make.NewId());

    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    private DeliveryDatabase _database = null!;
    private NpgsqlDataSource _service = null!;
    private OldStatements _old = null!;
    private Guid _client, _key;
    private int _lane, _destination;

    public async ValueTask InitializeAsync()
    {
        _database = await DeliveryDatabase.CreateAsync(server);
        _service = Bridge.Persistence.BridgeDataSource.Create(_database.ConnectionString, 4);
        _old = new(_service);
        _client = await _database.ClientAsync();
        _key = (await _database.ReadAsync<Guid>("select id from bridge.upstream_keys")).Single();
        await _database.ExecuteAsync("insert into bridge.upstream_budgets (fingerprint) values (decode(repeat('00', 32), 'hex'))");
        await _database.ExecuteAsync("update bridge.upstream_keys set budget_id = (select id from bridge.upstream_budgets)");
        _lane = (await _database.ReadAsync<int>(
            "insert into bridge.lanes (upstream_key_id, family, tier) values ($1, 'veo', 'default') returning id", _key)).Single();
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public void The_statements_that_are_kept_are_those_of_the_version_before_or_of_this_one() =>
        KnownMigrations.Ids.TakeLast(2).ShouldContain(Newest, "keep the statements as they were before the newest migration: see OldStatements");

    [Fact]
    public async Task A_tasks_whole_way_by_the_statements_of_the_version_before()
    {
        var slot = await RegisterAsync();
        await ClaimAndReadAsync(slot);
        await EndAsync();
        await DeliverAsync();
        (await StateAsync()).ShouldBe("completed delivered 204");
        await EraseAsync();
        await PruneAsync();

        foreach (var table in (string[])["tasks", "task_callbacks", "events", "deliveries", "delivery_attempts"])
            (await _database.ReadAsync<long>($"select count(*) from bridge.{table}")).ShouldBe([0], table);
        _old.Run.ShouldBe(Names, ignoreOrder: true);
    }

    private async Task<long> RegisterAsync()
    {
        var slot = (long)(await _old.AskAsync("SlotFiling.Open", (int[])[_lane], (Guid[])[_client])).Single();
        (await _old.AskAsync(
            "InsertTasks", (Guid[])[_ids.Task], (Guid[])[_client], (Guid[])[_key], (string[])["video_1"], (string[])["veo"],
            Nulls<string>(NpgsqlDbType.Text), Nulls<string>(NpgsqlDbType.Text), Nulls<byte[]>(NpgsqlDbType.Bytea),
            Nulls<int?>(NpgsqlDbType.Integer), (TimeSpan[])[Month], (bool[])[false], (long[])[slot])).ShouldBe([_ids.Task]);
        await _old.DoAsync(1, "CallbackHosts.Make", (Guid[])[_client], (string[])[Host]);
        _destination = (await _database.ReadAsync<int>("select id from bridge.destinations")).Single();
        await _old.DoAsync(
            1, "AddCallbacks.Callbacks", (Guid[])[_ids.Callback], (Guid[])[_ids.Task], (string[])[Url], (int[])[_destination],
            (string[])["task.completed"], Nulls<string>(NpgsqlDbType.Jsonb));
        return slot;
    }

    private async Task ClaimAndReadAsync(long slot)
    {
        (await _old.AskAsync("LanesDue", "veo", Null(NpgsqlDbType.TimestampTz), Null(NpgsqlDbType.Array | NpgsqlDbType.Text), "https://upstream.example.test"))
            .ShouldBe([_lane]);
        (await _old.AskAsync("ClaimDueTasks.LockDue", _lane, 2, 100, Null(NpgsqlDbType.TimestampTz), _client, true)).ShouldBe([slot, slot]);
        await _old.DoAsync(1, "ClaimDueTasks.MoveOn", (Guid[])[_ids.Task], (TimeSpan[])[Second], Null(NpgsqlDbType.TimestampTz));
        await _old.DoAsync(1, "ClaimDueTasks.CorrectSlots", (long[])[slot]);
        await _old.DoAsync(
            1, "RecordReadings", (Guid[])[_ids.Task], (string[])["processing"], (string[])["veo"], (string[])["veo3.1-fast"],
            (DateTimeOffset[])[_now], (int[])[0], (int[])[0], (int[])[0], Nulls<string>(NpgsqlDbType.Text), Nulls<int?>(NpgsqlDbType.Integer),
            Nulls<string>(NpgsqlDbType.Text), (DateTimeOffset[])[_now], _ids.Mark);
    }

    private async Task EndAsync()
    {
        await _old.DoAsync(
            1, "RecordOutcomes", (Guid[])[_ids.Task], (string[])["completed"], (string[])["veo"], Nulls<string>(NpgsqlDbType.Text),
            Nulls<DateTimeOffset?>(NpgsqlDbType.TimestampTz), (string[])["{https://cdn.example.test/v.mp4}"],
            Nulls<DateTimeOffset?>(NpgsqlDbType.TimestampTz), Nulls<decimal?>(NpgsqlDbType.Numeric), Nulls<string>(NpgsqlDbType.Text),
            Nulls<string>(NpgsqlDbType.Text), (string[])["{}"], (DateTimeOffset[])[_now], _ids.Mark);
        (await _old.AskAsync(
            "InsertEvents", (Guid[])[_ids.Event], (Guid[])[_ids.Task], (string[])["task.completed"], (byte[][])["{}"u8.ToArray()],
            Nulls<DateTimeOffset?>(NpgsqlDbType.TimestampTz), (DateTimeOffset[])[_now], _ids.Mark, true, 0, Second, (Guid[])[_ids.Delivery]))
            .ShouldBe([_ids.Delivery]);
    }

    private async Task DeliverAsync()
    {
        (await _old.AskAsync("DestinationsDue")).ShouldBe([_destination]);
        (await _old.AskAsync("ClaimDueDeliveries", _destination, 10, 10, 10, Month, 20)).ShouldBe([_ids.Delivery]);
        await _old.DoAsync(
            1, "SettleDeliveries", (Guid[])[_ids.Delivery], (int[])[1], (string[])["delivered"], Nulls<TimeSpan?>(NpgsqlDbType.Interval),
            Nulls<string>(NpgsqlDbType.Text), (bool[])[true]);
        await _old.DoAsync(
            1, "SettleDeliveries.Attempts", (Guid[])[_ids.Delivery], (int[])[1], (DateTimeOffset[])[_now], (int[])[3], (int[])[204],
            Nulls<string>(NpgsqlDbType.Text), (byte[][])["ok"u8.ToArray()]);
        (await _old.AskAsync(
            "RecordHealth", (int[])[_destination], (bool[])[true], (int[])[0], Nulls<DateTimeOffset?>(NpgsqlDbType.TimestampTz),
            (DateTimeOffset[])[_now], Nulls<string>(NpgsqlDbType.Text), (bool[])[false], Nulls<DateTimeOffset?>(NpgsqlDbType.TimestampTz)))
            .ShouldBe([_destination]);
    }

    private async Task<string> StateAsync() => (await _database.ReadAsync<string>("""
        select concat_ws(' ', t.status, d.state, a.status_code)
        from bridge.tasks t join bridge.deliveries d on d.task_id = t.id join bridge.delivery_attempts a on a.delivery_id = d.id
        """)).Single();

    private async Task EraseAsync()
    {
        Guid[] tasks = [_ids.Task];
        (await _old.AskAsync("StopTasks.Stop", tasks, _client)).ShouldBe([_ids.Task]);
        await _old.DoAsync(0, "StopTasks.Cancel", tasks);
        await _old.DoAsync(1, "StopTasks.EraseTasks", tasks);
        await _old.DoAsync(1, "StopTasks.EraseEvents", tasks);
        await _old.DoAsync(1, "StopTasks.EraseAttempts", tasks);
    }

    // What each takes with it goes by whatever today's schema has for that. Of another task all is there still when it goes.
    private async Task PruneAsync()
    {
        var other = await _database.DeliveriesAsync(_destination);
        await _database.ExecuteAsync("update bridge.deliveries set state = 'dead', ended_at = now(), next_attempt_at = null where id = $1", other[0]);
        await _database.ExecuteAsync(
            "insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, status_code) values ($1, 1, now(), 1, 500)", other[0]);
        await _database.ExecuteAsync(
            "update bridge.deliveries set created_at = now() - $2, ended_at = now() - $2 where task_id = $1", _ids.Task, LongAgo);
        await _database.ExecuteAsync("update bridge.events set created_at = now() - $2 where task_id = $1", _ids.Task, LongAgo);
        await _database.ExecuteAsync("update bridge.tasks set ended_at = now() - $1", LongAgo);

        await _old.DoAsync(1, "Pruner.Deliveries", Month, 1_000);
        (await _database.ReadAsync<long>("select count(*) from bridge.delivery_attempts")).ShouldBe([1]);
        (await _old.AskAsync("Pruner.Events", Month, 1_000)).ShouldBe([1L]);
        (await _old.AskAsync("Pruner.Tasks", Month, 1_000)).ShouldBe([2L]);
    }
}
