using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Tasks;

/// <summary>What registering a task does, the second time too.</summary>
public sealed class RegistrationTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Register_TheSameTaskTwice_AnswersTheSecondTimeWithTheSameTaskAndAddsItsCallback()
    {
        await using var bridge = await StartAsync();
        var caller = bridge.As((await bridge.CreateClientAsync()).ApiKey);

        using var first = await caller.PostAsync("/v1/tasks", new { task_id = "video_1", callback_url = "http://127.0.0.1:9/a" });
        using var second = await caller.PostAsync("/v1/tasks", new { task_id = "video_1", callback_url = "http://127.0.0.1:9/b" });

        first.Status.ShouldBe(HttpStatusCode.Created);
        second.Status.ShouldBe(HttpStatusCode.OK);
        var created = first.Read(BridgeJson.Wire.BridgeTask);
        first.Header("Location").ShouldBe($"/v1/tasks/{created.Id}");
        created.Status.ShouldBe(TaskStatuses.Registered);
        var again = second.Read(BridgeJson.Wire.BridgeTask);
        again.Id.ShouldBe(created.Id);
        again.CallbackUrls.ShouldBe(["http://127.0.0.1:9/a", "http://127.0.0.1:9/b"]);
    }

    [Theory]
    [InlineData("family", """{"task_id":"video_1","family":"veo"}""")]
    [InlineData("reference", """{"task_id":"video_1","reference":"other"}""")]
    [InlineData("metadata", """{"task_id":"video_1","metadata":{"a": 1}}""")]
    [InlineData("deadline_seconds", """{"task_id":"video_1","deadline_seconds":61}""")]
    [InlineData("service_tier", """{"task_id":"video_1","family":"seedance15","service_tier":"default"}""")]
    [InlineData("events", """{"task_id":"video_1","callback_url":"http://127.0.0.1:9/a","events":["task.failed"]}""")]
    public async Task Register_AgainWithAMemberThatDiffers_Answers409AndNamesIt(string member, string body)
    {
        await using var bridge = await StartAsync();
        var caller = bridge.As((await bridge.CreateClientAsync()).ApiKey);
        using var first = await caller.PostTextAsync("/v1/tasks", """
            {"task_id":"video_1","family":"seedance15","service_tier":"flex","reference":"r","metadata":{"a":1},"deadline_seconds":60,
             "callback_url":"http://127.0.0.1:9/a"}
            """);
        first.Status.ShouldBe(HttpStatusCode.Created);

        using var second = await caller.PostTextAsync("/v1/tasks", body);

        second.ShouldBeProblem(HttpStatusCode.Conflict, "task-differs").Errors!.Keys.ShouldBe([member]);
    }

    [Fact]
    public async Task Register_AgainWithoutTheMembersOfTheFirstTime_DiffersInNothing()
    {
        await using var bridge = await StartAsync();
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        var first = await client.RegisterAsync(
            new() { TaskId = "video_1", Family = "veo", Reference = "r", DeadlineSeconds = 60 }, cancellationToken: Cancellation);

        var second = await client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);

        second.Id.ShouldBe(first.Id);
        second.Reference.ShouldBe("r");
    }

    [Fact]
    public async Task Register_ForAnotherClient_IsAnotherTask()
    {
        await using var bridge = await StartAsync();
        var one = bridge.ClientOf((await bridge.CreateClientAsync("one")).ApiKey);
        var other = bridge.ClientOf((await bridge.CreateClientAsync("other")).ApiKey);

        var first = await one.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);
        var second = await other.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);

        second.Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public async Task Register_ManyAtOnce_MakesEachTaskOnce()
    {
        await using var bridge = await StartAsync();
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);

        var tasks = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            client.RegisterAsync(new() { TaskId = $"video_{i % 50}", CallbackUrl = $"http://127.0.0.1:9/{i / 50}" }, cancellationToken: Cancellation)));

        tasks.Select(task => task.Id).Distinct().Count().ShouldBe(50);
        var listed = await client.ListTasksAsync(cancellationToken: Cancellation).ToListAsync(Cancellation);
        listed.Count.ShouldBe(50);
        listed.ShouldAllBe(task => task.CallbackUrls.Count == 4);
    }

    [Fact]
    public async Task Register_MoreCallbacksThanATaskMayHave_Answers429()
    {
        await using var bridge = await StartAsync(("Bridge:Limits:CallbacksPerTask", "2"));
        var caller = bridge.As((await bridge.CreateClientAsync()).ApiKey);
        foreach (var path in new[] { "a", "b", "a" })
            (await caller.PostAsync("/v1/tasks", new { task_id = "video_1", callback_url = $"http://127.0.0.1:9/{path}" })).Dispose();

        using var third = await caller.PostAsync("/v1/tasks", new { task_id = "video_1", callback_url = "http://127.0.0.1:9/c" });

        third.ShouldBeProblem(HttpStatusCode.TooManyRequests, "quota");
    }

    [Theory]
    [InlineData(TaskStatuses.Lost, true)]
    [InlineData(TaskStatuses.TimedOut, true)]
    [InlineData(TaskStatuses.Failed, false)]
    [InlineData(TaskStatuses.Expired, false)]
    public async Task Register_WithRestart_StartsAnewOnlyWhatTheBridgeItselfGaveUp(string status, bool isNew)
    {
        await using var bridge = await StartAsync();
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        var first = await client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);
        await EndAsync(bridge, first, status);

        var second = await client.RegisterAsync(new() { TaskId = "video_1", Restart = true }, cancellationToken: Cancellation);

        (second.Id != first.Id).ShouldBe(isNew);
        second.Ended.ShouldBe(!isNew);
        (await client.GetTaskAsync(first.Id, cancellationToken: Cancellation)).Status.ShouldBe(status);
        (await client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation)).Id.ShouldBe(second.Id);
    }

    [Fact]
    public async Task Batch_OfTenThousandWithThreeBadItems_CreatesTheOthersAndNamesTheThree()
    {
        await using var bridge = await StartAsync();
        var caller = bridge.As((await bridge.CreateClientAsync()).ApiKey);
        var items = Enumerable.Range(0, 10_000).Select(i => i switch
        {
            17 => "null",
            5_000 => """{"task_id":"video_5000","famly":"veo"}""",
            9_999 => """{"task_id":42}""",
            _ => $$$"""{"task_id":"video_{{{i}}}","callback_url":"http://127.0.0.1:9/hook","metadata":{"i":{{{i}}}}}""",
        });

        using var answer = await caller.PostTextAsync("/v1/tasks/batch", $$"""{"tasks":[{{string.Join(",", items)}}]}""");

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body[..Math.Min(500, answer.Body.Length)]);
        var result = answer.Read(BridgeJson.Wire.BatchResult);
        (result.Created, result.Existing, result.Rejected).ShouldBe((9_997, 0, 3));
        result.Results.Select(item => item.Index).ShouldBe(Enumerable.Range(0, 10_000));
        var bad = result.Results.Where(item => item.Problem is not null).ToDictionary(item => item.Index, item => item.Problem!);
        bad.Keys.ShouldBe([17, 5_000, 9_999], ignoreOrder: true);
        bad[17].Errors!.Keys.ShouldBe(["$"]);
        bad[5_000].Errors!["famly"].Single().ShouldContain("did you mean family");
        bad[9_999].Errors!.Keys.ShouldBe(["task_id"]);
        bad.Values.ShouldAllBe(problem => problem.Status == 400);
        (await CountAsync(bridge, "select count(*) from bridge.tasks")).ShouldBe(9_997);
        (await CountAsync(bridge, "select count(*) from bridge.task_callbacks")).ShouldBe(9_997);
        (await CountAsync(bridge, "select max(members) from (select count(*) as members from bridge.tasks group by slot_id) s")).ShouldBe(SlotFiling.Size);
    }

    [Fact]
    public async Task Batch_WithATaskTwice_MakesItOnce()
    {
        await using var bridge = await StartAsync();
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);

        var result = await client.RegisterBatchAsync([new() { TaskId = "video_1" }, new() { TaskId = "video_2" }, new() { TaskId = "video_1" }], cancellationToken: Cancellation);

        (result.Created, result.Existing, result.Rejected).ShouldBe((2, 1, 0));
        result.Results.Select(item => item.Status).ShouldBe([201, 201, 200]);
        result.Results[2].Id.ShouldBe(result.Results[0].Id);
    }

    [Fact]
    public async Task Batch_WithATaskTwiceFarApart_MakesItTheFirstTime()
    {
        await using var bridge = await StartAsync();
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        TaskRegistration[] tasks = [.. Enumerable.Range(0, 5_000).Select(i => new TaskRegistration { TaskId = $"video_{i % 4_900}" })];

        var result = await client.RegisterBatchAsync(tasks, cancellationToken: Cancellation);

        (result.Created, result.Existing, result.Rejected).ShouldBe((4_900, 100, 0));
        result.Results.Take(4_900).ShouldAllBe(item => item.Status == 201);
        result.Results.Skip(4_900).Select(item => item.Id).ShouldBe(result.Results.Take(100).Select(item => item.Id));
    }

    [Theory]
    [InlineData("""{"task_id":"video_1"}""")]
    [InlineData("""
        {"task_id":"video_1","family":"seedance15","service_tier":"flex","reference":"r","metadata":{"a": 1},"deadline_seconds":600,
         "callback_url":"http://127.0.0.1:9/a","events":["task.completed","task.queued"]}
        """)]
    public async Task Register_AnswersWithWhatAGetShows(string body)
    {
        await using var bridge = await StartAsync();
        var created = await bridge.CreateClientAsync();
        var caller = bridge.As(created.ApiKey);
        await bridge.ClientOf(created.ApiKey).CreateEndpointAsync(new() { Url = "http://127.0.0.1:9/endpoint" }, cancellationToken: Cancellation);
        (await caller.PostTextAsync("/v1/tasks", body.Replace("video_1", "video_0", StringComparison.Ordinal))).Dispose();
        await bridge.Database.ExecuteAsync(
            "update bridge.lanes set failures = 3, last_failure_at = now(), last_failure_kind = 'transport'");

        using var answer = await caller.PostTextAsync("/v1/tasks", body);

        answer.Status.ShouldBe(HttpStatusCode.Created);
        using var shown = await caller.GetAsync(answer.Header("Location")!);
        answer.Body.ShouldBe(shown.Body);
        answer.Read(BridgeJson.Wire.BridgeTask).ConsecutiveFailures.ShouldBe(3);
    }

    private Task<BridgeApplication> StartAsync(params (string Key, string Value)[] settings) =>
        BridgeApplication.StartAsync(server, null, settings);

    private static Task EndAsync(BridgeApplication bridge, BridgeTask task, string status) =>
        bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task.Id, status));

    private static async Task<long> CountAsync(BridgeApplication bridge, string sql)
    {
        await using var command = bridge.Database.DataSource.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), System.Globalization.CultureInfo.InvariantCulture);
    }
}
