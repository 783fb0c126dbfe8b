using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Tasks;

/// <summary>Stopping many tasks, fresh links and timelines, as a service team meets them; polls are not made here.</summary>
public sealed class TaskRoutesTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private string _key = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestCaller Caller => _bridge.As(_key);

    private Bridge.Client.BridgeClient Client => _bridge.ClientOf(_key);

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _key = (await _bridge.CreateClientAsync()).ApiKey;
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Another_client_s_task_has_neither_timeline_nor_refresh_and_is_not_stopped()
    {
        var task = await EndedAsync("video_1", TaskStatuses.Completed);
        var other = (await _bridge.CreateClientAsync("other")).ApiKey;

        foreach (var (method, path) in new[] { ("GET", "/timeline"), ("POST", "/refresh") })
        {
            foreach (var id in new[] { task.Id, "tsk_01h455vb4pex5vsknk084sn02q", "nonsense" })
            {
                using var answer = await _bridge.As(other).SendAsync(new HttpMethod(method), $"/v1/tasks/{id}{path}");
                answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
            }
        }

        var stopped = await _bridge.ClientOf(other).StopManyAsync([task.Id], cancellationToken: Cancellation);
        (stopped.Stopped, stopped.Ended, stopped.Rejected).ShouldBe((0, 0, 1));
        (await Client.GetTaskAsync(task.Id, cancellationToken: Cancellation)).Deliveries.ShouldBe(new DeliveryCounts(1, 0, 0, 0));
        using var admin = await _bridge.AsAdmin().GetAsync($"/v1/tasks/{task.Id}/timeline");
        var owner = admin.Read(BridgeJson.Wire.TaskTimeline).ClientId.ShouldNotBeNull();
        var stranger = (await _bridge.CreateClientAsync("third")).Id;
        foreach (var (client, status) in new[] { (stranger, 404), (owner, 204) })
        {
            using var answer = await _bridge.AsAdmin().PostAsync("/v1/tasks/stop", new { ids = new[] { task.Id } }, ("Kyy-Client", client));
            answer.Read(BridgeJson.Wire.StopResult).Results.ShouldHaveSingleItem().Status.ShouldBe(status);
        }
    }

    [Fact]
    public async Task Many_are_stopped_at_once_and_what_is_none_spoils_nothing()
    {
        var running = await RegisterAsync("video_1");
        var ended = await EndedAsync("video_2", TaskStatuses.Failed);
        var alive = await RegisterAsync("video_3");

        using var answer = await Caller.PostTextAsync(
            "/v1/tasks/stop",
            $$"""{"ids":["{{running.Id}}",7,"nonsense",null,"{{ended.Id}}","tsk_01h455vb4pex5vsknk084sn02q","{{running.Id}}","\ud800"]}""");

        var result = answer.Read(BridgeJson.Wire.StopResult);
        result.Results.Select(one => one.Status).ShouldBe([204, 400, 404, 400, 204, 404, 204, 404]);
        result.Results.Select(one => one.Index).ShouldBe(Enumerable.Range(0, 8));
        result.Results[1].Problem!.Errors!.Keys.ShouldBe(["ids[1]"]);
        (result.Results[0].Id, result.Results[2].Id, result.Results[2].Problem!.Type).ShouldBe((running.Id, "nonsense", "/problems/not-found"));
        (result.Stopped, result.Ended, result.Rejected).ShouldBe((1, 1, 5));
        (await Client.GetTaskAsync(running.Id, cancellationToken: Cancellation)).Status.ShouldBe(TaskStatuses.Stopped);
        (await Client.GetTaskAsync(alive.Id, cancellationToken: Cancellation)).Ended.ShouldBeFalse();
        var kept = await Client.GetTaskAsync(ended.Id, cancellationToken: Cancellation);
        (kept.Status, kept.Deliveries).ShouldBe((TaskStatuses.Failed, new DeliveryCounts(0, 0, 0, 1)));

        (await Client.StopManyAsync([running.Id], cancellationToken: Cancellation)).Stopped.ShouldBe(0);
        foreach (var (body, field) in new[]
        {
            ("{}", "ids"), ("""{"ids":[]}""", "ids"), ("""{"ids":"x"}""", "ids"), ("""{"ids":["x"],"erase":true}""", "erase"),
        })
        {
            using var refused = await Caller.PostTextAsync("/v1/tasks/stop", body);
            refused.ShouldBeProblem(HttpStatusCode.BadRequest, "validation").Errors!.Keys.ShouldBe([field]);
        }
    }

    [Fact]
    public async Task Ten_thousand_are_stopped_and_one_more_is_refused()
    {
        await Client.RegisterBatchAsync(
            [.. Enumerable.Range(0, 1_200).Select(n => new TaskRegistration { TaskId = $"video_{n}" })], cancellationToken: Cancellation);
        var ids = await Client.ListTasksAsync(new() { PageSize = 500 }, Cancellation).Select(task => task.Id).ToListAsync(Cancellation);
        string[] many = [.. Enumerable.Range(0, 10_000).Select(n => ids[n % ids.Count])];

        var result = await Client.StopManyAsync(many, cancellationToken: Cancellation);

        (result.Results.Count, result.Stopped, result.Rejected).ShouldBe((10_000, 1_200, 0));
        (await ScalarAsync("select count(*) from bridge.tasks where status = 'stopped'")).ShouldBe(1_200);
        using var refused = await Caller.PostAsync("/v1/tasks/stop", new { ids = many.Append(ids[0]) });
        refused.ShouldBeInvalid("ids", "1 to 10000");
    }

    [Fact]
    public async Task Stopping_many_with_erase_leaves_nothing_of_them_and_no_refresh()
    {
        var task = await EndedAsync("video_1", TaskStatuses.Completed);
        await Client.RefreshAsync(task.Id, cancellationToken: Cancellation);
        await ExecuteAsync(
            """
            insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, status_code, response_body)
            select id, 1, now(), 1, 500, 'c4n4ry' from bridge.deliveries
            """);

        var result = await Client.StopManyAsync([task.Id], erase: true, cancellationToken: Cancellation);

        (result.Stopped, result.Ended).ShouldBe((0, 1));
        var erased = await Client.GetTaskAsync(task.Id, cancellationToken: Cancellation);
        (erased.Status, erased.VideoUrl, erased.VideoUrlExpiresAt, erased.NextPollAt).ShouldBe((TaskStatuses.Completed, null, null, null));
        (await ScalarAsync("select count(*) from bridge.events where length(payload) > 0")).ShouldBe(0);
        (await ScalarAsync("select count(*) from bridge.delivery_attempts where response_body is not null")).ShouldBe(0);
        (await ScalarAsync("select count(*) from bridge.deliveries where state = 'cancelled'")).ShouldBe(1);
        using var refused = await Caller.SendAsync(HttpMethod.Post, $"/v1/tasks/{task.Id}/refresh");
        refused.ShouldBeProblem(HttpStatusCode.Conflict, "not-refreshable").Detail.ShouldNotBeNull().ShouldContain("erased");
    }

    [Fact]
    public async Task A_refresh_is_for_completed_tasks_whose_record_may_still_be_there()
    {
        var alive = await RegisterAsync("video_1");
        var failed = await EndedAsync("video_2", TaskStatuses.Failed);
        var old = await EndedAsync("video_3", TaskStatuses.Completed, Families.Seedance15);
        var tenant = await EndedAsync("video_4", TaskStatuses.Completed);
        await ExecuteAsync("update bridge.tasks set upstream_created_at = now() - interval '25 hours' where task_id = 'video_3'");
        await ExecuteAsync(
            """
            with gone as (
                insert into bridge.upstream_keys (id, client_id, name, created_at)
                select bridge.new_id(), client_id, 'gone', now() from bridge.tasks where task_id = 'video_4'
                returning id
            )
            update bridge.tasks set upstream_key_id = gone.id from gone where task_id = 'video_4'
            """);

        foreach (var (task, why) in new[]
        {
            (alive, "has not ended"), (failed, "ended as failed"), (old, "deletes its records"), (tenant, "key was deleted"),
        })
        {
            using var answer = await Caller.SendAsync(HttpMethod.Post, $"/v1/tasks/{task.Id}/refresh");
            answer.ShouldBeProblem(HttpStatusCode.Conflict, "not-refreshable").Detail.ShouldNotBeNull().ShouldContain(why);
        }

        await ExecuteAsync("update bridge.tasks set upstream_created_at = now() - interval '23 hours' where task_id = 'video_3'");
        var next = await Client.RefreshAsync(old.Id, cancellationToken: Cancellation);
        (await Client.RefreshAsync(old.Id, cancellationToken: Cancellation)).ShouldBe(next);
        (await Client.GetTaskAsync(old.Id, cancellationToken: Cancellation)).NextPollAt.ShouldBe(next);
        var timeline = await Client.GetTimelineAsync(old.Id, Cancellation);
        timeline.Next.Select(entry => entry.Kind).ShouldContain(TimelineKinds.Refresh);
        timeline.Why.ShouldContain("A fresh link is asked for");
        await Client.StopAsync(old.Id, cancellationToken: Cancellation);
        (await Client.GetTaskAsync(old.Id, cancellationToken: Cancellation)).NextPollAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_callback_may_ask_for_fresh_links() =>
        (await Client.RegisterAsync(
            new() { TaskId = "video_1", CallbackUrl = "http://127.0.0.1:9/hook", Events = [EventTypes.TaskResultRefreshed] },
            cancellationToken: Cancellation)).CallbackUrls.Count.ShouldBe(1);

    private Task<BridgeTask> RegisterAsync(string id) => Client.RegisterAsync(
        new() { TaskId = id, CallbackUrl = "http://127.0.0.1:9/hook", Metadata = RawJson.Parse("""{"canary":"c4n4ry"}""") },
        cancellationToken: Cancellation);

    private async Task<BridgeTask> EndedAsync(string id, string status, string family = Families.Veo)
    {
        var task = await RegisterAsync(id);
        await _bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task.Id, status) with { Family = family });
        return task;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _bridge.Database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = _bridge.Database.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
