using System.Net;
using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Tasks.Concerns;

/// <summary>What needs attention, each with the call that mends it. Nothing is polled here: states are what a test makes of them.</summary>
public sealed class AttentionTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private ClientCreated _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Bridge.Client.BridgeClient Client => _bridge.ClientOf(_client.ApiKey);

    private Guid ClientId => TypeId.TryParse(TypeId.Client, _client.Id, out var id) ? id : throw new InvalidOperationException(_client.Id);

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _client = await _bridge.CreateClientAsync();
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Where_all_is_well_there_is_nothing()
    {
        await EndedAsync("video_1");

        (await Client.GetAttentionAsync(Cancellation)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rejected_key_is_mended_by_another_value()
    {
        await Client.SetUpstreamKeyAsync("mine", new("first-value-of-the-key", MaxRequestsPerSecond: 7), Cancellation);
        await ExecuteAsync(
            """
            update bridge.upstream_budgets
            set state = 'rejected', status_code = 401, reason = 'key_refused', paused_until = now() + interval '1 hour'
            """);

        var item = await OnlyAsync();

        (item.Kind, item.Severity, item.Subject, item.Since is null, item.ClientId).ShouldBe(
            (AttentionKinds.UpstreamKeyRejected, "error", "mine", false, null));
        item.Detail.ShouldContain("401");
        item.Mend!.Body.ToString().ShouldBe("""{"key":"<another key>","base_url":"http://127.0.0.1:9","max_requests_per_second":7}""");
        using var mended = await MendAsync(item, body => body.Replace("<another key>", "second-value-of-the-key", StringComparison.Ordinal));
        mended.Status.ShouldBe(HttpStatusCode.OK, mended.Body);
        (await Client.GetAttentionAsync(Cancellation)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_is_asked_with_too_often_is_mended_by_a_lower_limit_and_an_outage_by_nothing()
    {
        await Client.SetUpstreamKeyAsync("mine", new("first-value-of-the-key", MaxRequestsPerSecond: 7), Cancellation);
        await ExecuteAsync(
            """
            update bridge.upstream_budgets
            set state = 'throttled', reason = 'throttled', status_code = 429, paused_until = now() + interval '1 hour'
            """);

        var item = await OnlyAsync();
        (item.Kind, item.Severity).ShouldBe((AttentionKinds.UpstreamKeyThrottled, "warning"));
        item.Mend!.Body.ToString().ShouldNotBeNull().ShouldContain("\"max_requests_per_second\":3");

        await ExecuteAsync("update bridge.upstream_budgets set reason = 'server_error'");
        (await OnlyAsync()).Mend.ShouldBeNull();
    }

    [Fact]
    public async Task The_operator_s_key_concerns_the_clients_whose_tasks_wait_for_it_and_admins()
    {
        await ExecuteAsync(
            """
            with budget as (
                insert into bridge.upstream_budgets (fingerprint, state, status_code, paused_until)
                values (decode(repeat('00', 32), 'hex'), 'rejected', 403, now() + interval '1 hour') returning id
            )
            update bridge.upstream_keys set budget_id = budget.id from budget
            """);
        (await Client.GetAttentionAsync(Cancellation)).Items.ShouldBeEmpty();

        await Client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);

        var item = await OnlyAsync();
        (item.Kind, item.Mend).ShouldBe((AttentionKinds.UpstreamKeyRejected, null));
        item.Detail.ShouldContain("Bridge:Upstream:ApiKey");
        using var admin = await _bridge.AsAdmin().GetAsync("/v1/attention");
        admin.Read(BridgeJson.Wire.Attention).Items.ShouldHaveSingleItem().ClientId.ShouldBeNull();
    }

    [Fact]
    public async Task Endpoints_that_are_disabled_or_failing_come_with_enabling_and_testing_them()
    {
        var (disabled, failing) = (await EndpointAsync("disabled", failures: 40), await EndpointAsync("enabled", failures: 3));
        await EndpointAsync("enabled", failures: 2);

        var items = (await Client.GetAttentionAsync(Cancellation)).Items;

        items.Select(item => (item.Kind, item.Subject, item.Count, item.Mend!.Method, item.Mend.Path, item.Mend.Body?.ToString())).ShouldBe(
        [
            (AttentionKinds.EndpointDisabled, disabled, 40, "POST", $"/v1/endpoints/{disabled}/enable", """{"catch_up":true}"""),
            (AttentionKinds.EndpointFailing, failing, 3, "POST", $"/v1/endpoints/{failing}/test", null),
        ]);
        items.ShouldAllBe(item => item.Since != null);

        using var enabled = await MendAsync(items[0], body => body);
        enabled.Status.ShouldBe(HttpStatusCode.OK, enabled.Body);
        enabled.Read(BridgeJson.Wire.EndpointView).Status.ShouldBe(EndpointStatuses.Enabled);
        (await Client.ListReplaysAsync(Cancellation).SingleAsync(Cancellation)).Endpoint.ShouldBe(disabled);
        using var tested = await MendAsync(items[1], body => body);
        tested.Status.ShouldBe(HttpStatusCode.OK, tested.Body);
        // Nobody is there: the attempt says what failed.
        tested.Read(BridgeJson.Wire.BridgeDeliveryAttempt).Error.ShouldNotBeNull();
        (await OnlyAsync()).Kind.ShouldBe(AttentionKinds.EndpointFailing, "a test changes nothing");
    }

    [Fact]
    public async Task Dead_deliveries_are_counted_for_each_destination_and_sent_again_from_the_oldest_on()
    {
        for (var i = 0; i < 3; i++) await EndedAsync($"video_{i}");
        var endpoint = await EndpointAsync("enabled", failures: 0);
        await ExecuteAsync(
            """
            update bridge.deliveries
            set state = 'dead', ended_at = now(), next_attempt_at = null, leased_until = null, dead_reason = 'schedule_spent'
            """);
        await ExecuteAsync(
            """
            with one as (select id from bridge.deliveries order by id limit 1)
            update bridge.deliveries d set destination = x.id, endpoint_id = x.endpoint_id
            from bridge.destinations x, one where x.endpoint_id is not null and d.id = one.id
            """);

        var items = (await Client.GetAttentionAsync(Cancellation)).Items;

        items.Count.ShouldBe(2);
        var (ofHost, ofEndpoint) = (items.Single(item => item.Subject == "a.example:443"), items.Single(item => item.Subject == endpoint));
        (ofHost.Kind, ofHost.Severity, ofHost.Count).ShouldBe((AttentionKinds.DeadDeliveries, "error", 2));
        ofHost.Mend!.Path.ShouldBe("/v1/deliveries/redeliver");
        ofHost.Mend.Body.ToString()!.ShouldStartWith("""{"state":"dead","since":"20""");
        ofEndpoint.Mend!.Path.ShouldBe($"/v1/endpoints/{endpoint}/replay");
        // The replay goes by the events' times, which are older than the deliveries.
        ofEndpoint.Mend.Body.ToString()!.ShouldBe("""{"only":"failed","since":"2026-11-20T09:10:11.123Z"}""");

        foreach (var item in items)
        {
            using var mended = await MendAsync(item, body => body);
            mended.Status.ShouldBe(HttpStatusCode.Accepted, mended.Body);
        }

        // As a worker does it.
        var replays = _bridge.Services.GetRequiredService<ReplayWork>();
        await Wait.UntilAsync(
            async () =>
            {
                await replays.RunOnceAsync(Cancellation);
                return (await Client.ListReplaysAsync(Cancellation).ToListAsync(Cancellation)).TrueForAll(replay => replay.Status == "completed");
            },
            "both replays have ended");
        (await Client.GetAttentionAsync(Cancellation)).Items.ShouldBeEmpty();
        (await Client.ListDeliveriesAsync(new() { State = "pending" }, Cancellation).ToListAsync(Cancellation)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Polls_that_were_not_made_are_told_with_the_oldest_task_unless_somebody_holds_them()
    {
        await ExecuteAsync(
            """
            with budget as (insert into bridge.upstream_budgets (fingerprint) values (decode(repeat('00', 32), 'hex')) returning id)
            update bridge.upstream_keys set budget_id = budget.id from budget
            """);
        for (var i = 0; i < 3; i++)
            await Client.RegisterAsync(new() { TaskId = $"video_{i}", Family = Families.Veo }, cancellationToken: Cancellation);
        await ExecuteAsync("update bridge.tasks set next_poll_at = now() - interval '61 seconds' where task_id <> 'video_0'");
        await ExecuteAsync("update bridge.tasks set next_poll_at = now() - interval '2 minutes' where task_id = 'video_2'");
        await ExecuteAsync("update bridge.slots set next_due = now() - interval '2 minutes'");

        var item = await OnlyAsync();

        (item.Kind, item.Severity, item.Subject, item.Count).ShouldBe((AttentionKinds.PollsOverdue, "error", Families.Veo, 2));
        using var mended = await MendAsync(item, body => body);
        mended.Status.ShouldBe(HttpStatusCode.Accepted, mended.Body);
        item.Mend!.Path.ShouldContain((await Client.ListTasksAsync(new() { TaskId = "video_2" }, Cancellation).SingleAsync(Cancellation)).Id);

        // By the host of the base URL, which every task here is asked about at.
        await _bridge.ClientOf(BridgeApplication.AdminKey).HoldAsync(new(HoldKinds.Polling, Host: "127.0.0.1"), Cancellation);
        var held = await OnlyAsync();
        (held.Kind, held.Subject, held.Mend).ShouldBe((AttentionKinds.Held, "127.0.0.1", null));
        (await TimelineAsync("video_2")).Why.ShouldContain("held");
        var ofAdmin = await OnlyOfAdminAsync();
        (ofAdmin.Mend!.Path, ofAdmin.Mend.Body.ToString()).ShouldBe(("/v1/admin/release", """{"what":"polling","host":"127.0.0.1"}"""));
        using var released = await MendAsync(ofAdmin, body => body, _bridge.AsAdmin());
        released.Status.ShouldBe(HttpStatusCode.OK, released.Body);
        (await OnlyAsync()).Kind.ShouldBe(AttentionKinds.PollsOverdue);
        (await TimelineAsync("video_2")).Why.ShouldNotContain("held");
    }

    [Fact]
    public async Task A_link_that_dies_before_its_event_arrives_is_mended_by_a_refresh()
    {
        var (soon, later, arrived) = (await EndedAsync("video_1"), await EndedAsync("video_2"), await EndedAsync("video_3"));
        await ExecuteAsync("update bridge.tasks set video_url_expires_at = now() + interval '119 minutes'");
        await ExecuteAsync("update bridge.tasks set video_url_expires_at = now() + interval '3 hours' where task_id = 'video_2'");
        await ExecuteAsync(
            """
            update bridge.deliveries d set state = 'delivered', ended_at = now(), next_attempt_at = null, leased_until = null
            from bridge.tasks t where t.id = d.task_id and t.task_id = 'video_3'
            """);

        var item = await OnlyAsync();

        (item.Kind, item.Severity, item.Subject).ShouldBe((AttentionKinds.LinkExpiring, "warning", soon.Id));
        new[] { later.Id, arrived.Id }.ShouldNotContain(item.Subject);
        using var mended = await MendAsync(item, body => body);
        mended.Status.ShouldBe(HttpStatusCode.Accepted, mended.Body);
        (await Client.GetAttentionAsync(Cancellation)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_sees_its_own_an_admin_everybody_s_or_one_s()
    {
        await EndpointAsync("disabled", failures: 1);
        var other = await _bridge.CreateClientAsync("other");

        (await _bridge.ClientOf(other.ApiKey).GetAttentionAsync(Cancellation)).Items.ShouldBeEmpty();
        using var all = await _bridge.AsAdmin().GetAsync("/v1/attention");
        all.Read(BridgeJson.Wire.Attention).Items.ShouldHaveSingleItem().ClientId.ShouldBe(_client.Id);
        using var one = await _bridge.AsAdmin().SendAsync(HttpMethod.Get, "/v1/attention", headers: ("Kyy-Client", other.Id));
        one.Read(BridgeJson.Wire.Attention).Items.ShouldBeEmpty();
        using var named = await _bridge.As(other.ApiKey).SendAsync(HttpMethod.Get, "/v1/attention", headers: ("Kyy-Client", _client.Id));
        named.ShouldBeProblem(HttpStatusCode.BadRequest, "validation");
        using var unknown = await _bridge.As(other.ApiKey).GetAsync("/v1/attention?limit=5");
        unknown.ShouldBeProblem(HttpStatusCode.BadRequest, "validation");
    }

    private async Task<AttentionItem> OnlyAsync() => (await Client.GetAttentionAsync(Cancellation)).Items.ShouldHaveSingleItem();

    private async Task<AttentionItem> OnlyOfAdminAsync()
    {
        using var answer = await _bridge.AsAdmin().GetAsync("/v1/attention");
        return answer.Read(BridgeJson.Wire.Attention).Items.ShouldHaveSingleItem();
    }

    private async Task<TaskTimeline> TimelineAsync(string task)
    {
        var id = (await Client.ListTasksAsync(new() { TaskId = task }, Cancellation).SingleAsync(Cancellation)).Id;
        using var answer = await _bridge.As(_client.ApiKey).GetAsync($"/v1/tasks/{id}/timeline");
        return answer.Read(BridgeJson.Wire.TaskTimeline);
    }

    private Task<TestAnswer> MendAsync(AttentionItem item, Func<string, string> fillIn, TestCaller? caller = null) =>
        (caller ?? _bridge.As(_client.ApiKey)).SendAsync(
            new HttpMethod(item.Mend!.Method), item.Mend.Path,
            item.Mend.Body is { } body ? Encoding.UTF8.GetBytes(fillIn(body.ToString())) : null);

    private async Task<BridgeTask> EndedAsync(string id)
    {
        var task = await Client.RegisterAsync(
            new() { TaskId = id, CallbackUrl = "https://a.example/hook" }, cancellationToken: Cancellation);
        await _bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task.Id, TaskStatuses.Completed));
        return task;
    }

    private async Task<string> EndpointAsync(string status, int failures)
    {
        var id = Make.NewId();
        await ExecuteAsync(
            """
            with made as (
                insert into bridge.endpoints (id, client_id, url, host, events, status, disabled_reason, disabled_at, created_at)
                values ($1, $2, 'https://a.example/e', 'a.example:443', '{task.completed}', $3, case when $3 = 'disabled' then 'failing' end,
                        case when $3 = 'disabled' then now() end, now())
                returning id, client_id
            )
            insert into bridge.destinations (client_id, host, endpoint_id, consecutive_failures, failing_since, last_failure)
            select client_id, $5, id, $4, case when $4 > 0 then now() end, '503' from made
            """,
            id, ClientId, status, failures, TypeId.Format(TypeId.Endpoint, id));
        return TypeId.Format(TypeId.Endpoint, id);
    }

    private async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = _bridge.Database.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
