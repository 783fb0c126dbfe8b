using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Operators;

public sealed class StatsApiTests(PostgresServer server) : IAsyncLifetime
{
    private const string Stats = "/v1/admin/stats";

    private BridgeApplication _bridge = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bridge = await BridgeApplication.StartAsync(server);

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Get_OfAnEmptyService_IsAllZeroAndExact()
    {
        var stats = await ReadAsync();

        stats.At.ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(30));
        var tasks = stats.Tasks;
        (tasks.Exact, tasks.InFlight, tasks.Due, tasks.Overdue, tasks.ByStatus.Count).ShouldBe((true, 0, 0, 0, 0));
        stats.Deliveries.ShouldBe(new DeliveryStats(true, 0, 0));
        stats.Replicas.ShouldBeEmpty();
        stats.Budgets.ShouldBeEmpty();
        stats.Estimates.Select(estimate => estimate.Family).Distinct()
            .ShouldBe(["starvideos", "videos", "seedance15", "veo", "sd2manxue", "default"]);
    }

    [Fact]
    public async Task Get_CountsTheTasksOfAllClientsByStatusAndFamily()
    {
        foreach (var name in (string[])["shop", "studio"])
        {
            var client = _bridge.ClientOf((await _bridge.CreateClientAsync(name)).ApiKey);
            await client.RegisterBatchAsync(
            [
                new() { TaskId = "video_1", Family = Families.Veo }, new() { TaskId = "video_2", Family = Families.Veo },
                new() { TaskId = "video_3" }, new() { TaskId = "video_4", Family = Families.Videos },
            ], cancellationToken: Cancellation);
        }

        await ExecuteAsync("""
            update bridge.tasks set status = 'failed', ended_at = now(), next_poll_at = null, slot_id = null where task_id = 'video_1';
            update bridge.tasks set next_poll_at = now() + interval '1 hour' where task_id = 'video_3';
            update bridge.tasks set next_poll_at = now() - interval '1 hour' where task_id = 'video_4';
            """);

        var tasks = (await ReadAsync()).Tasks;

        (tasks.Exact, tasks.InFlight, tasks.Due, tasks.Overdue).ShouldBe((true, 6, 4, 2));
        tasks.ByStatus.ShouldBe([
            new TaskCount(TaskStatuses.Failed, true, Families.Veo, 2),
            new TaskCount(TaskStatuses.Registered, false, Families.Veo, 2),
            new TaskCount(TaskStatuses.Registered, false, Families.Videos, 2),
            new TaskCount(TaskStatuses.Registered, false, null, 2),
        ]);
    }

    [Fact]
    public async Task Get_CountsDeliveriesThatWaitOrWereGivenUp()
    {
        await ExecuteAsync("""
            with event as (
                insert into bridge.events (id, client_id, type, created_at, payload)
                select bridge.new_id(), bridge.new_id(), 'task.failed', now(), '{}' from generate_series(1, 7) returning id, client_id
            ), numbered as (select *, row_number() over () as n from event)
            insert into bridge.deliveries
                (id, event_id, client_id, task_id, callback_id, destination, url, created_at, state, next_attempt_at, ended_at)
            select bridge.new_id(), id, client_id, bridge.new_id(), bridge.new_id(), 1, 'http://127.0.0.1:9', now(),
                   case when n <= 4 then 'pending' when n <= 6 then 'dead' else 'delivered' end,
                   case when n <= 4 then now() end, case when n > 4 then now() end
            from numbered
            """);

        (await ReadAsync()).Deliveries.ShouldBe(new DeliveryStats(true, 4, 2));
    }

    [Fact]
    public async Task Get_ShowsTheWorkersThatAreAlive()
    {
        await ExecuteAsync($"""
            insert into bridge.replicas (id, started_at, seen_at) values
                (bridge.new_id(), now() - interval '1 hour', now() - interval '1 second'),
                (bridge.new_id(), now() - interval '2 hours', now()),
                (bridge.new_id(), now() - interval '3 hours', now() - interval '{BudgetTick.AliveFor.TotalSeconds + 20} seconds')
            """);

        var replicas = (await ReadAsync()).Replicas;

        replicas.Count.ShouldBe(2);
        (replicas[1].StartedAt - replicas[0].StartedAt).ShouldBe(TimeSpan.FromHours(1), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Get_ShowsBudgetsWithTheNamesOfTheirKeysAndNothingOfTheirValues()
    {
        var client = await _bridge.CreateClientAsync("shop");
        await ExecuteAsync("""
            insert into bridge.upstream_budgets (fingerprint, state, reason, status_code, paused_until, pace) values
                (decode(repeat('ab', 32), 'hex'), 'active', null, null, null, 0.5),
                (decode(repeat('cd', 32), 'hex'), 'rejected', 'key_refused', 401, now() + interval '1 minute', 1);
            update bridge.upstream_keys set budget_id = (select id from bridge.upstream_budgets where state = 'active');
            insert into bridge.upstream_keys (id, client_id, name, created_at, budget_id, ciphertext, last_four)
            select bridge.new_id(), c.id, 'my ' || b.state, now(), b.id, 'sealed', 'wxyz'
            from bridge.clients c, bridge.upstream_budgets b;
            """);

        using var answer = await _bridge.AsAdmin().GetAsync(Stats);

        var budgets = answer.Read(BridgeJson.Wire.BridgeStats).Budgets;
        budgets.Select(budget => (budget.State, budget.Reason, budget.StatusCode, budget.Pace))
            .ShouldBe([("rejected", "key_refused", 401, 1), ("active", null, null, 0.5)]);
        budgets[0].PausedUntil.ShouldNotBeNull();
        budgets[0].Keys.ShouldBe([new BudgetKey(client.Id, "shop", "my rejected")]);
        budgets[1].Keys.ShouldBe([new BudgetKey(client.Id, "shop", "my active"), new BudgetKey(null, null, "default")], ignoreOrder: true);
        answer.Body.ShouldNotContain("fingerprint");
        answer.Body.ShouldNotContain("abab");
        answer.Body.ShouldNotContain("wxyz");
    }

    [Fact]
    public async Task Get_ShowsWhatWasLearned()
    {
        await ExecuteAsync("""
            insert into bridge.model_durations
            select 'veo_3_1', 'default', array(select case when b between 25 and 30 then 20 else 0 end from generate_series(0, 63) b),
                   120, now()
            """);

        var veo = (await ReadAsync()).Estimates.Where(estimate => estimate.Family == Families.Veo).ToArray();

        veo.Select(estimate => (estimate.Model, estimate.Observed, estimate.InUse))
            .ShouldBe([("*", 0, "documented"), ("veo_3_1", 120, "learned")]);
        veo.ShouldAllBe(estimate => estimate.Documented == new EstimateRange(120, 300));
        veo[1].Learned.ShouldNotBeNull().MinSeconds.ShouldBeInRange(100, 200);
    }

    [Fact]
    public async Task Get_OfAClient_IsRefused()
    {
        var client = await _bridge.CreateClientAsync();
        using var answer = await _bridge.As(client.ApiKey).GetAsync(Stats);
        answer.ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Get_WithAnUnknownParameter_IsRefused()
    {
        using var answer = await _bridge.AsAdmin().GetAsync($"{Stats}?family=veo");
        answer.ShouldBeInvalid("family", "is not known");
    }

    private Task<BridgeStats> ReadAsync() => _bridge.ClientOf(BridgeApplication.AdminKey).GetStatsAsync(Cancellation);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _bridge.Database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
