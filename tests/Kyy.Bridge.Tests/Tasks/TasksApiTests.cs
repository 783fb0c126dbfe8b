using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Tasks;

/// <summary>The routes of the tasks, as a service team meets them. One service for all of them: each test has a client of its own.</summary>
public sealed class TasksApiTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private string _key = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestCaller Caller => _bridge.As(_key);

    private Bridge.Client.BridgeClient Client => _bridge.ClientOf(_key);

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server, null, ("Bridge:Callbacks:RequireHttps", "true"), ("Bridge:Limits:Waits", "2"));
        _key = (await _bridge.CreateClientAsync()).ApiKey;
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Register_BadInput_NamesTheFieldAndTheRemedy()
    {
        foreach (var (body, field, message) in BadRegistrations)
        {
            using var answer = await Caller.PostTextAsync("/v1/tasks", body);
            answer.ShouldBeInvalid(field, message);
        }

        (await Client.ListTasksAsync(cancellationToken: Cancellation).ToListAsync(Cancellation)).ShouldBeEmpty();
    }

    private static IEnumerable<(string Body, string Field, string Message)> BadRegistrations =>
    [
        ("[]", "$", "must be an object"),
        ("{}", "task_id", "is required"),
        ("""{"task_id":""}""", "task_id", "must not be empty"),
        ("""{"task_id":null}""", "task_id", "is required"),
        ("""{"task_id":7}""", "task_id", "must be text"),
        ("""{"task_id":"."}""", "task_id", "must not be . or .."),
        ("""{"task_id":".."}""", "task_id", "must not be . or .."),
        ("""{"task_id":"a\u0000b"}""", "task_id", "control characters"),
        ("""{"task_id":"a\ud800"}""", "task_id", "surrogate"),
        ($$"""{"task_id":"{{new string('x', 201)}}"}""", "task_id", "at most 200"),
        ("""{"task_id":"v","task_id":"v"}""", "task_id", "twice"),
        ("""{"task_id":"v","callbackurl":"https://a.example"}""", "callbackurl", "did you mean callback_url"),
        ("""{"task_id":"v","callback_url":"http://a.example/x"}""", "callback_url", "https://"),
        ("""{"task_id":"v","callback_url":"https://u:p@a.example/x"}""", "callback_url", "user name"),
        ("""{"task_id":"v","callback_url":"https://a.example/#x"}""", "callback_url", "fragment"),
        ("""{"task_id":"v","callback_url":"/x"}""", "callback_url", "absolute"),
        ("""{"task_id":"v","callback_url":"https://169.254.169.254/x"}""", "callback_url", "not sent to"),
        ("""{"task_id":"v","callback_url":"https://[::ffff:10.0.0.1]/x"}""", "callback_url", "not sent to"),
        ("""{"task_id":"v","family":"sora"}""", "family", "must be one of starvideos, videos, seedance15, veo, sd2manxue"),
        ("""{"task_id":"v","family":"default"}""", "family", "must be one of"),
        ("""{"task_id":"v","service_tier":"flex"}""", "service_tier", "must come with family"),
        ("""{"task_id":"v","service_tier":"flex","family":"veo"}""", "service_tier", "veo has no flex tier"),
        ("""{"task_id":"v","events":["task.completed"]}""", "events", "must come with callback_url"),
        ("""{"task_id":"v","callback_url":"https://a.example","events":[]}""", "events", "1 to"),
        ("""{"task_id":"v","callback_url":"https://a.example","events":["task.done"]}""", "events[0]", "must be one of"),
        ("""{"task_id":"v","callback_url":"https://a.example","events":["upstream_key.rejected"]}""", "events[0]", "must be one of task.queued,"),
        ("""{"task_id":"v","metadata":[]}""", "metadata", "must be an object"),
        ($$$"""{"task_id":"v","metadata":{"a":"{{{new string('x', 4096)}}}"}}""", "metadata", "at most 4096 bytes"),
        ("""{"task_id":"v","deadline_seconds":59}""", "deadline_seconds", "from 60 to 604800"),
        ("""{"task_id":"v","deadline_seconds":"60"}""", "deadline_seconds", "whole number"),
        ("""{"task_id":"v","upstream_key":"mine"}""", "upstream_key", "one of the client's upstream keys"),
        ("""{"task_id":"v","archive":true}""", "archive", "the archive is off"),
        ("""{"task_id":"v","restart":"yes"}""", "restart", "true or false"),
    ];

    [Fact]
    public async Task Register_WithSeveralFaults_NamesAllOfThemAtOnce()
    {
        using var answer = await Caller.PostTextAsync("/v1/tasks", """{"task_id":"","family":"x","deadline_seconds":1,"extra":0}""");

        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "validation").Errors!.Keys
            .ShouldBe(["task_id", "family", "deadline_seconds", "extra"], ignoreOrder: true);
    }

    [Fact]
    public async Task Register_WithoutADestination_SaysSo()
    {
        var task = await Client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);

        task.Warnings.ShouldBe(["no_destination"]);
        (await Client.GetTaskAsync(task.Id, cancellationToken: Cancellation)).Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ServiceTiers.Flex, null, new[] { "no_destination", "record_may_expire_first" })] // 48 h, and S2 keeps a record for 24.
    [InlineData(ServiceTiers.Flex, 80_000, new[] { "no_destination" })]
    [InlineData(null, null, new[] { "no_destination" })]
    [InlineData(null, 100_000, new[] { "no_destination", "record_may_expire_first" })]
    public async Task Whoever_registers_a_task_that_may_outlive_its_record_is_told(string? tier, int? deadline, string[] warnings) =>
        (await Client.RegisterAsync(
            new() { TaskId = $"video_{tier}_{deadline}", Family = Families.Seedance15, ServiceTier = tier, DeadlineSeconds = deadline },
            cancellationToken: Cancellation)).Warnings.ShouldBe(warnings);

    [Fact]
    public async Task Register_ByAClientThatMayNotUseTheOperatorsKey_IsRefused()
    {
        using var created = await _bridge.AsAdmin().PostAsync("/v1/admin/clients", new { name = "tenant", may_use_operator_key = false });
        var tenant = _bridge.As(created.Read(BridgeJson.Wire.ClientCreated).ApiKey);

        using var answer = await tenant.PostAsync("/v1/tasks", new { task_id = "video_1" });

        answer.ShouldBeInvalid("upstream_key", "may not use the operator's");
    }

    [Fact]
    public async Task Task_OfAnotherClient_IsNotThere()
    {
        var task = await Client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);
        var other = _bridge.As((await _bridge.CreateClientAsync("other")).ApiKey);

        foreach (var (method, path) in new[] { ("GET", ""), ("POST", "/poll"), ("DELETE", "") })
        {
            using var answer = await other.SendAsync(new HttpMethod(method), $"/v1/tasks/{task.Id}{path}");
            answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        }

        using var list = await other.GetAsync("/v1/tasks");
        list.Read(BridgeJson.Wire.PageBridgeTask).Data.ShouldBeEmpty();
        using var admin = await _bridge.AsAdmin().GetAsync($"/v1/tasks/{task.Id}");
        admin.Read(BridgeJson.Wire.BridgeTask).ClientId.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("tsk_")]
    [InlineData("evt_01h455vb4pex5vsknk084sn02q")]
    [InlineData("tsk_01h455vb4pex5vsknk084sn02q")]
    public async Task Get_AnUnknownId_IsNotFound(string id)
    {
        using var answer = await Caller.GetAsync($"/v1/tasks/{id}");
        answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task List_PagesThroughEverythingNewestFirst_AndFilters()
    {
        var registered = new List<BridgeTask>();
        for (var i = 0; i < 7; i++)
            registered.Add(await Client.RegisterAsync(
                new() { TaskId = $"video_{i}", Reference = i % 2 == 0 ? "even" : "odd", Family = i < 3 ? "veo" : null }, cancellationToken: Cancellation));
        await EndAsync(registered[0], TaskStatuses.Failed);

        (await PagesAsync("limit=3")).Select(page => page.Count).ShouldBe([3, 3, 1]);
        (await PagesAsync("limit=3")).SelectMany(page => page).ShouldBe(registered.AsEnumerable().Reverse().Select(task => task.Id));
        (await IdsAsync("reference=odd")).ShouldBe(["video_5", "video_3", "video_1"]);
        (await IdsAsync("task_id=video_4")).ShouldBe(["video_4"]);
        (await IdsAsync("ended=true")).ShouldBe(["video_0"]);
        (await IdsAsync("status=failed&family=veo")).ShouldBe(["video_0"]);
        (await IdsAsync("family=veo&ended=false")).ShouldBe(["video_2", "video_1"]);
        (await IdsAsync($"registered_after={registered[5].RegisteredAt.AddMilliseconds(1):yyyy-MM-ddTHH:mm:ss.fffZ}")).Count.ShouldBeLessThanOrEqualTo(2);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=501", "limit")]
    [InlineData("status=done", "status")]
    [InlineData("ended=1", "ended")]
    [InlineData("registered_after=yesterday", "registered_after")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("famly=veo", "famly")]
    [InlineData("limit=1&limit=2", "limit")]
    public async Task List_WithABadParameter_NamesIt(string query, string parameter)
    {
        using var answer = await Caller.GetAsync($"/v1/tasks?{query}");
        answer.ShouldBeProblem(HttpStatusCode.BadRequest, "validation").Errors!.Keys.ShouldBe([parameter]);
    }

    [Fact]
    public async Task Get_WithWait_AnswersWhenTheTaskEnds_AndOverTheLimitIsRefused()
    {
        var task = await Client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);
        var waiting = Enumerable.Range(0, 3).Select(_ => Caller.GetAsync($"/v1/tasks/{task.Id}?wait=50")).ToList();

        var refused = await Task.WhenAny(waiting);
        (await refused).ShouldBeProblem(HttpStatusCode.TooManyRequests, "quota");
        await EndAsync(task, TaskStatuses.Completed);

        waiting.Remove(refused);
        foreach (var answer in await Task.WhenAll(waiting)) answer.Read(BridgeJson.Wire.BridgeTask).Status.ShouldBe(TaskStatuses.Completed);
    }

    [Fact]
    public async Task Get_WithWait_SeesAnEndThatAnotherReplicaRecords_AndAnswersWhenTheTimeIsOver()
    {
        var task = await Client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);
        using var tooShort = await Caller.GetAsync($"/v1/tasks/{task.Id}?wait=1");
        tooShort.Read(BridgeJson.Wire.BridgeTask).Ended.ShouldBeFalse();
        await using var replica = await BridgeApplication.StartAsync(_bridge.Database, null, ownsDatabase: false);

        var waiting = Caller.GetAsync($"/v1/tasks/{task.Id}?wait=50");
        await replica.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task.Id, TaskStatuses.Failed));

        using var answer = await waiting;
        answer.Read(BridgeJson.Wire.BridgeTask).Status.ShouldBe(TaskStatuses.Failed);
    }

    [Fact]
    public async Task Poll_NeverUndercutsTheMinimum()
    {
        var task = await Client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);
        await ExecuteAsync("update bridge.tasks set last_polled_at = now(), next_poll_at = now() + interval '50 s'");

        var next = await Client.PollNowAsync(task.Id, cancellationToken: Cancellation);

        var now = await Client.GetTaskAsync(task.Id, cancellationToken: Cancellation);
        now.NextPollAt.ShouldBe(next);
        (next - now.LastPolledAt!.Value).ShouldBeInRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(31));

        await EndAsync(task, TaskStatuses.Failed);
        using var ended = await Caller.SendAsync(HttpMethod.Post, $"/v1/tasks/{task.Id}/poll");
        ended.ShouldBeProblem(HttpStatusCode.Conflict, "task-ended");
    }

    [Fact]
    public async Task Delete_StopsTheTaskAndCancelsWhatIsPending_AsOftenAsItIsAsked()
    {
        var running = await Client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);
        var ended = await Client.RegisterAsync(new() { TaskId = "video_2", CallbackUrl = "https://a.example/hook" }, cancellationToken: Cancellation);
        await EndAsync(ended, TaskStatuses.Failed);

        foreach (var id in new[] { running.Id, running.Id, ended.Id, ended.Id })
        {
            using var answer = await Caller.DeleteAsync($"/v1/tasks/{id}");
            answer.Status.ShouldBe(HttpStatusCode.NoContent);
        }

        var stopped = await Client.GetTaskAsync(running.Id, cancellationToken: Cancellation);
        (stopped.Status, stopped.Ended, stopped.NextPollAt).ShouldBe((TaskStatuses.Stopped, true, null));
        var kept = await Client.GetTaskAsync(ended.Id, cancellationToken: Cancellation);
        (kept.Status, kept.Deliveries).ShouldBe((TaskStatuses.Failed, new DeliveryCounts(0, 0, 0, 1)));
    }

    [Fact]
    public async Task Delete_WithErase_LeavesNothingOfWhatTheCallerOrTheUpstreamSaid()
    {
        var task = await Client.RegisterAsync(
            new() { TaskId = "video_1", CallbackUrl = "https://a.example/hook", Metadata = RawJson.Parse("""{"canary":"c4n4ry"}""") }, cancellationToken: Cancellation);
        await EndAsync(task, TaskStatuses.Completed);

        using var answer = await Caller.DeleteAsync($"/v1/tasks/{task.Id}?erase=true");

        answer.Status.ShouldBe(HttpStatusCode.NoContent);
        var erased = await Client.GetTaskAsync(task.Id, cancellationToken: Cancellation);
        erased.Status.ShouldBe(TaskStatuses.Completed);
        erased.VideoUrls.ShouldBeEmpty();
        erased.Metadata.ShouldBe(RawJson.EmptyObject);
        (await ScalarAsync("select count(*) from bridge.events where length(payload) > 0")).ShouldBe(0);
        (await ScalarAsync("select count(*) from bridge.deliveries where state = 'pending'")).ShouldBe(0);
    }

    [Fact]
    public async Task IdempotencyKey_OnARegistration_AnswersAnewAndRefusesAnotherBody()
    {
        using var first = await Caller.PostAsync("/v1/tasks", new { task_id = "video_1" }, ("Idempotency-Key", "k1"));
        using var again = await Caller.PostAsync("/v1/tasks", new { task_id = "video_1" }, ("Idempotency-Key", "k1"));
        using var other = await Caller.PostAsync("/v1/tasks", new { task_id = "video_2" }, ("Idempotency-Key", "k1"));

        first.Status.ShouldBe(HttpStatusCode.Created);
        again.Status.ShouldBe(HttpStatusCode.OK);
        again.Read(BridgeJson.Wire.BridgeTask).Id.ShouldBe(first.Read(BridgeJson.Wire.BridgeTask).Id);
        other.ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
    }

    private Task EndAsync(BridgeTask task, string status) =>
        _bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task.Id, status));

    private async Task<List<List<string>>> PagesAsync(string query)
    {
        var pages = new List<List<string>>();
        for (string? cursor = null; ;)
        {
            using var answer = await Caller.GetAsync($"/v1/tasks?{query}{(cursor is null ? "" : $"&cursor={cursor}")}");
            var page = answer.Read(BridgeJson.Wire.PageBridgeTask);
            pages.Add([.. page.Data.Select(task => task.Id)]);
            if (page.NextCursor is null) return pages;
            cursor = page.NextCursor;
        }
    }

    private async Task<List<string>> IdsAsync(string query)
    {
        using var answer = await Caller.GetAsync($"/v1/tasks?{query}");
        return [.. answer.Read(BridgeJson.Wire.PageBridgeTask).Data.Select(task => task.TaskId)];
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
