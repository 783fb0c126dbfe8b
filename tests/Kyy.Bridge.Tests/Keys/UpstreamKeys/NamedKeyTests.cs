using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Tasks;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kyy.Bridge.Tests.Keys.UpstreamKeys;

/// <summary>Which key a task is registered by.</summary>
public sealed class NamedKeyTests(PostgresServer server) : IAsyncLifetime
{
    private const string Key = "sk-named-0123456789", Path = KeyOwner.Path;

    private BridgeApplication _bridge = null!;
    private KeyOwner _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _owner = await KeyOwner.CreateAsync(_bridge);
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Register_ByName_IsATaskOfThatKey()
    {
        await _owner.SetAsync("second", Key);

        var named = await RegisterAsync("video_1", "second");
        var usual = await RegisterAsync("video_1");

        usual.ShouldNotBe(named);
        (await KeyOfAsync(named)).ShouldBe(await _owner.IdOfAsync("second"));
        (await KeyOfAsync(usual)).ShouldBe(UpstreamKey.Operator);
        (await RegisterAsync("video_1", "second")).ShouldBe(named);
    }

    [Fact]
    public async Task Register_WithADefaultOfTheClientsOwn_TakesThatOne()
    {
        var before = await RegisterAsync("video_1");
        await _owner.SetAsync("default", Key);

        var after = await RegisterAsync("video_2");

        (await KeyOfAsync(before)).ShouldBe(UpstreamKey.Operator);
        (await KeyOfAsync(after)).ShouldBe(await _owner.IdOfAsync("default"));
        (await KeyOfAsync(await RegisterAsync("video_3", "default"))).ShouldBe(await _owner.IdOfAsync("default"));
    }

    [Fact]
    public async Task Register_ByAClientThatMayNotUseTheOperatorsKey_NeedsOneOfItsOwn()
    {
        var tenant = await KeyOwner.CreateAsync(_bridge, "tenant", mayUseOperatorKey: false);
        using var refused = await tenant.Caller.PostAsync("/v1/tasks", new { task_id = "video_1" });
        await tenant.SetAsync("default", Key);
        using var taken = await tenant.Caller.PostAsync("/v1/tasks", new { task_id = "video_1" });

        refused.ShouldBeInvalid("upstream_key", "PUT /v1/upstream-keys/default");
        taken.Status.ShouldBe(HttpStatusCode.Created, taken.Body);
    }

    [Fact]
    public async Task Register_WithoutAnyKey_SaysWhoCanMendIt()
    {
        await using var bridge = await BridgeApplication.StartAsync(server, null, ("Bridge:Upstream:ApiKey", ""));
        var owner = await KeyOwner.CreateAsync(bridge);

        using var answer = await owner.Caller.PostAsync("/v1/tasks", new { task_id = "video_1" });

        answer.ShouldBeInvalid("upstream_key", "the operator has to set Bridge:Upstream:ApiKey");
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("Second")]
    [InlineData("of-another-client")]
    [InlineData("removed")]
    public async Task Register_ByANameThatIsNoKeyOfTheClients_IsRefusedWithTheRemedy(string name)
    {
        await _owner.SetAsync("second", Key);
        await _owner.SetAsync("removed", Key);
        (await _owner.Caller.DeleteAsync($"{Path}/removed")).Dispose();
        await (await KeyOwner.CreateAsync(_bridge, "other")).SetAsync("of-another-client", Key);

        using var answer = await _owner.Caller.PostAsync("/v1/tasks", new { task_id = "video_1", upstream_key = name });
        using var batch = await _owner.Caller.PostAsync(
            "/v1/tasks/batch", new { tasks = new[] { new { task_id = "video_1", upstream_key = name } } });

        answer.ShouldBeInvalid("upstream_key", "PUT /v1/upstream-keys/{name} makes one");
        batch.Read(BridgeJson.Wire.BatchResult).Results.Single().Problem!.Errors!.Keys.ShouldBe(["upstream_key"]);
    }

    [Fact]
    public async Task Delete_WhileTasksAreInFlight_IsRefusedWithTheirNumber()
    {
        await _owner.SetAsync("second", Key);
        string[] tasks = [await RegisterAsync("video_1", "second"), await RegisterAsync("video_2", "second")];
        await RegisterAsync("video_3");

        using var refused = await _owner.Caller.DeleteAsync($"{Path}/second");
        foreach (var task in tasks) (await _owner.Caller.DeleteAsync($"/v1/tasks/{task}")).Dispose();
        using var deleted = await _owner.Caller.DeleteAsync($"{Path}/second");

        refused.ShouldBeProblem(HttpStatusCode.Conflict, "upstream-key-in-use")
            .Detail.ShouldNotBeNull().ShouldStartWith("2 tasks in flight");
        deleted.Status.ShouldBe(HttpStatusCode.NoContent, deleted.Body);
    }

    [Fact]
    public async Task Key_ThatIsDeletedAndSetAgain_StillHasItsTasks()
    {
        await _owner.SetAsync("second", Key);
        var task = await RegisterAsync("video_1", "second");
        (await _owner.Caller.DeleteAsync($"/v1/tasks/{task}")).Dispose();
        (await _owner.Caller.DeleteAsync($"{Path}/second")).Dispose();

        using var again = await _owner.PutAsync("second", new { key = "sk-renewed-0123456789" });

        again.Status.ShouldBe(HttpStatusCode.Created, again.Body);
        (await RegisterAsync("video_1", "second")).ShouldBe(task);
    }

    [Fact]
    public async Task Delete_WhileATaskIsBeingRegistered_WaitsForItAndIsRefused()
    {
        await _owner.SetAsync("second", Key);
        var id = await _owner.IdOfAsync("second");
        await using var connection = await _bridge.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        (await UpstreamKeyHold.TakeAsync(connection, [id, UpstreamKey.Operator], TestContext.Current.CancellationToken)).ShouldContain(id);

        var delete = _owner.Caller.DeleteAsync($"{Path}/second");
        await Wait.UntilAsync(async () => await WaitingAsync() > 0, "the deletion waits for the key");
        await InsertTaskAsync(connection, id);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        using var refused = await delete;
        refused.ShouldBeProblem(HttpStatusCode.Conflict, "upstream-key-in-use");
    }

    [Fact]
    public async Task Register_WithAKeyThatWasRemovedAfterTheReading_IsRefused()
    {
        await _owner.SetAsync("second", Key);
        var registration = new Registration
        {
            Client = _owner.Id,
            UpstreamKey = await _owner.IdOfAsync("second"),
            TaskId = "video_1",
            Deadline = TimeSpan.FromHours(1),
        };
        (await _owner.Caller.DeleteAsync($"{Path}/second")).Dispose();

        var registrar = _bridge.Services.GetRequiredService<TaskRegistrar>();
        var results = await registrar.RegisterAsync(
            [registration, registration, registration with { UpstreamKey = UpstreamKey.Operator }], TestContext.Current.CancellationToken);

        results[0].ShouldBeOfType<RegistrationResult.KeyRemoved>();
        results[1].ShouldBeOfType<RegistrationResult.KeyRemoved>();
        results[2].ShouldBeOfType<RegistrationResult.Created>();
        TaskProblems.Of(results[0]).Problem.Errors!.Keys.ShouldBe(["upstream_key"]);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.tasks")).ShouldBe(1);
    }

    private async Task<string> RegisterAsync(string taskId, string? key = null)
    {
        using var answer = await _owner.Caller.PostAsync("/v1/tasks", new { task_id = taskId, upstream_key = key });
        return answer.Read(BridgeJson.Wire.BridgeTask).Id;
    }

    private Task<Guid> KeyOfAsync(string task) =>
        _bridge.Database.ScalarAsync<Guid>("select upstream_key_id from bridge.tasks where id = $1", Make.Id(task));

    private Task<long> WaitingAsync() => _bridge.Database.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");

    private async Task InsertTaskAsync(NpgsqlConnection connection, Guid key)
    {
        const string Sql = """
            with lane as (insert into bridge.lanes (upstream_key_id, family, tier) values ($1, 'veo', 'default') returning id),
                 slot as (insert into bridge.slots (lane, next_due) select id, now() from lane returning id)
            insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family_given, service_tier, service_tier_given,
                                      registered_at, deadline_at, slot_id, next_poll_at)
            select bridge.new_id(), $2, $1, 'video_1', false, 'default', false, now(), now(), id, now() from slot
            """;
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { new() { Value = key }, new() { Value = _owner.Id } },
        };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
