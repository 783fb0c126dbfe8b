using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Client;

public sealed class BridgeClientTests
{
    private const string Created = """{"id":"key_02","api_key":"kyb_new"}""";
    private const string Secret = """{"secret":"whsec_x","previous_valid_until":"2026-11-21T09:00:00.000Z"}""";
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Register_OnlyTheId_SendsNothingElse()
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(201, Samples.LivingTask));

        var task = await bridge.Client().RegisterAsync(new() { TaskId = "video_abc123def456" }, cancellationToken: Stop);

        bridge.Request.Line.ShouldBe("POST /v1/tasks");
        bridge.Request.Body.ShouldBe("""{"task_id":"video_abc123def456"}""");
        bridge.Request.Headers["Authorization"].ShouldBe("Bearer " + ScriptedBridge.ApiKey);
        bridge.Request.Headers["Content-Type"].ShouldBe("application/json");
        bridge.Request.Headers["Content-Length"].ShouldBe("32");
        bridge.Request.Headers.Keys.ShouldNotContain("Idempotency-Key");
        (task.Id, task.Status, task.Ended).ShouldBe(("tsk_01", TaskStatuses.Registered, false));
        task.Warnings.ShouldBe([TaskWarnings.NoDestination]);
    }

    [Fact]
    public async Task Register_Everything_SendsEveryMemberAndTheMetadataAsItIs()
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(200, Samples.EndedTask));
        var registration = new TaskRegistration
        {
            TaskId = "片 1",
            CallbackUrl = "https://app.example.com/hook?a=1&b=%2F",
            Family = Families.Seedance15,
            ServiceTier = ServiceTiers.Flex,
            Events = [EventTypes.TaskCompleted, EventTypes.TaskFailed],
            Metadata = RawJson.Parse("""{"a": 1.0,"b":"\u00e9"}"""),
            Reference = "order 7",
            UpstreamKey = "second",
            DeadlineSeconds = 3600,
            Archive = false,
            Restart = true,
        };

        var task = await bridge.Client().RegisterAsync(registration, "attempt-1", Stop);

        bridge.Request.Headers["Idempotency-Key"].ShouldBe("attempt-1");
        bridge.Request.Body.ShouldBe(Samples.OneLine(
            """
            {"task_id":"片 1","callback_url":"https://app.example.com/hook?a=1&b=%2F","family":"seedance15","service_tier":"flex",
            "events":["task.completed","task.failed"],"metadata":{"a": 1.0,"b":"\u00e9"},"reference":"order 7",
            "upstream_key":"second","deadline_seconds":3600,"archive":false,"restart":true}
            """));
        task.Metadata.ToString().ShouldBe("""{"a":1.0,"b":"\u00e9"}""");
        task.Deliveries.ShouldBe(new DeliveryCounts(1, 2, 3, 4));
    }

    [Fact]
    public async Task RegisterBatch_SomeRefused_TellsEachItem()
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(
            200,
            """
            {"results":[{"index":0,"status":201,"id":"tsk_01"},
             {"index":1,"status":400,"problem":{"type":"/problems/validation","title":"Not valid","status":400,"later":1}}],
             "created":1,"existing":0,"rejected":1}
            """));

        var result = await bridge.Client().RegisterBatchAsync(
            [new() { TaskId = "a" }, new() { TaskId = "..", Reference = "r" }], cancellationToken: Stop);

        bridge.Request.Line.ShouldBe("POST /v1/tasks/batch");
        bridge.Request.Body.ShouldBe("""{"tasks":[{"task_id":"a"},{"task_id":"..","reference":"r"}]}""");
        (result.Created, result.Existing, result.Rejected).ShouldBe((1, 0, 1));
        result.Results.Select(item => (item.Status, item.Id, item.Problem?.Type))
            .ShouldBe([(201, "tsk_01", null), (400, null, "/problems/validation")]);
    }

    [Theory]
    [InlineData("", "GET /v1/tasks/tsk_01")]
    [InlineData("/bridge", "GET /bridge/v1/tasks/tsk_01")]
    [InlineData("/bridge/", "GET /bridge/v1/tasks/tsk_01")]
    public async Task GetTask_ServiceBelowAPath_KeepsThePath(string pathBase, string line)
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(200, Samples.LivingTask));

        await bridge.Client(pathBase).GetTaskAsync("tsk_01", Stop);

        bridge.Request.Line.ShouldBe(line);
        bridge.Request.Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task GetTask_IdWithAnything_IsOneSegment()
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(200, Samples.LivingTask));

        await bridge.Client().GetTaskAsync("../a b?c#é", Stop);

        bridge.Request.Line.ShouldBe("GET /v1/tasks/..%2Fa%20b%3Fc%23%C3%A9");
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task AnyCall_IdThatWouldBeAnotherRoute_IsRefusedBeforeItIsSent(string id)
    {
        await using var bridge = await ScriptedBridge.StartAsync();

        await Should.ThrowAsync<ArgumentException>(() => bridge.Client().DeleteClientAsync(id, Stop));

        bridge.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task ListTasks_SeveralPages_FollowsTheCursorWithTheSameQuery()
    {
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(200, $$"""{"data":[{{Samples.LivingTask}},{{Samples.EndedTask}}],"next_cursor":"a+b/c="}"""),
            new Answer(200, $$"""{"data":[{{Samples.LivingTask}}],"next_cursor":null}"""));
        var query = new TaskQuery
        {
            TaskId = "片",
            Reference = "order & 7",
            Status = TaskStatuses.Processing,
            Family = Families.Veo,
            Ended = false,
            RegisteredAfter = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.FromHours(8)),
            RegisteredBefore = new DateTimeOffset(2026, 11, 21, 0, 0, 0, 500, TimeSpan.Zero),
            PageSize = 2,
        };

        var ended = await bridge.Client().ListTasksAsync(query, Stop).Select(task => task.Ended).ToListAsync(Stop);

        ended.ShouldBe([false, true, false]);
        const string first =
            "GET /v1/tasks?task_id=%E7%89%87&reference=order%20%26%207&status=processing&family=veo&ended=false" +
            "&registered_after=2026-11-20T00%3A00%3A00.000Z&registered_before=2026-11-21T00%3A00%3A00.500Z&limit=2";
        bridge.Requests.Select(request => request.Line).ShouldBe([first, first + "&cursor=a%2Bb%2Fc%3D"]);
    }

    [Fact]
    public async Task ListTasks_NoQuery_AsksForAllAndStopsWhereTheReaderDoes()
    {
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(200, $$"""{"data":[{{Samples.LivingTask}}],"next_cursor":"more"}"""));

        var first = await bridge.Client().ListTasksAsync(cancellationToken: Stop).FirstAsync(Stop);

        first.Id.ShouldBe("tsk_01");
        bridge.Request.Line.ShouldBe("GET /v1/tasks");
    }

    [Fact]
    public async Task PollNow_SendsNoBodyAndTellsWhen()
    {
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(202, """{"next_poll_at":"2026-11-20T09:00:30.000Z","id":"tsk_01"}"""));

        var at = await bridge.Client().PollNowAsync("tsk_01", cancellationToken: Stop);

        bridge.Request.Line.ShouldBe("POST /v1/tasks/tsk_01/poll");
        bridge.Request.Body.ShouldBeEmpty();
        at.ShouldBe(new DateTimeOffset(2026, 11, 20, 9, 0, 30, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(false, "DELETE /v1/tasks/tsk_01")]
    [InlineData(true, "DELETE /v1/tasks/tsk_01?erase=true")]
    public async Task Stop_ErasesOnlyWhenAsked(bool erase, string line)
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(204));

        await bridge.Client().StopAsync("tsk_01", erase, Stop);

        bridge.Request.Line.ShouldBe(line);
    }

    [Fact]
    public async Task SigningSecret_ReadAndRotated()
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(200, Secret), new Answer(200, Secret));
        var client = bridge.Client();

        var read = await client.GetSigningSecretAsync(Stop);
        var rotated = await client.RotateSigningSecretAsync(TimeSpan.FromDays(1), "once", Stop);

        bridge.Requests.Select(request => request.Line).ShouldBe(["GET /v1/signing-secret", "POST /v1/signing-secret/rotate"]);
        bridge.Requests[1].Body.ShouldBe("""{"overlap_seconds":86400}""");
        bridge.Requests[1].Headers["Idempotency-Key"].ShouldBe("once");
        read.ShouldBe(new SigningSecret("whsec_x", new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero)));
        rotated.ShouldBe(read);
    }

    [Fact]
    public async Task Clients_CreatedListedDeleted()
    {
        const string page = """
            {"data":[{"id":"cli_01","name":"shop","may_use_operator_key":true,"created_at":"2026-11-20T09:00:00.000Z"}],"next_cursor":null}
            """;
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(201, """{"id":"cli_01","name":"shop","api_key":"kyb_first"}"""), new Answer(200, page), new Answer(204));
        var client = bridge.Client();

        var created = await client.CreateClientAsync(new("shop", MayUseOperatorKey: false), cancellationToken: Stop);
        var listed = await client.ListClientsAsync(Stop).ToListAsync(Stop);
        await client.DeleteClientAsync("cli_01", Stop);

        created.ShouldBe(new ClientCreated("cli_01", "shop", "kyb_first"));
        listed.ShouldBe([new ClientView("cli_01", "shop", true, new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero))]);
        bridge.Requests.Select(request => request.Line)
            .ShouldBe(["POST /v1/admin/clients", "GET /v1/admin/clients", "DELETE /v1/admin/clients/cli_01"]);
        bridge.Requests[0].Body.ShouldBe("""{"name":"shop","may_use_operator_key":false}""");
    }

    [Fact]
    public async Task Keys_OfAClientAndOfAdmins_CreatedListedDeleted()
    {
        const string page = """
            {"data":[{"id":"key_02","name":null,"client_id":"cli_01","created_at":"2026-11-20T09:00:00.000Z","expires_at":null,
                      "prefix":"kyb_AbCdEf"}],
             "next_cursor":null}
            """;
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(201, Created), new Answer(200, page), new Answer(201, Created), new Answer(200, page), new Answer(204));
        var client = bridge.Client();

        await client.CreateKeyAsync("cli_01", new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), cancellationToken: Stop);
        var listed = await client.ListKeysAsync("cli_01", Stop).ToListAsync(Stop);
        var created = await client.CreateAdminKeyAsync("Mei", cancellationToken: Stop);
        await client.ListAdminKeysAsync(Stop).ToListAsync(Stop);
        await client.DeleteKeyAsync("key_02", Stop);

        listed.ShouldHaveSingleItem().ClientId.ShouldBe("cli_01");
        created.ShouldBe(new ApiKeyCreated("key_02", "kyb_new"));
        bridge.Requests.Select(request => $"{request.Line} {request.Body}").ShouldBe([
            """POST /v1/admin/clients/cli_01/keys {"expires_at":"2027-01-01T00:00:00.000Z"}""",
            "GET /v1/admin/clients/cli_01/keys ",
            """POST /v1/admin/keys {"name":"Mei"}""",
            "GET /v1/admin/keys ",
            "DELETE /v1/admin/keys/key_02 ",
        ]);
    }

    [Fact]
    public async Task Stats_Read()
    {
        const string held = """
            "holds":[{"what":"polling","client":null,"host":null,"created_at":"2026-11-20T09:00:00.000Z"}]
            """;
        const string stats = """
            {"at":"2026-11-20T09:00:00.000Z","tasks":{"exact":false,"in_flight":3,"due":2,"overdue":1,
              "by_status":[{"status":"registered","ended":false,"family":null,"count":3}]},
             "deliveries":{"exact":true,"pending":1,"dead":0},
             "replicas":[{"started_at":"2026-11-20T08:00:00.000Z","seen_at":"2026-11-20T09:00:00.000Z"}],
             "budgets":[{"id":1,"state":"throttled","since":"2026-11-20T08:59:00.000Z","reason":"throttled","status_code":429,
               "paused_until":"2026-11-20T09:01:00.000Z","pace":0.5,"pace_at":"2026-11-20T08:59:00.000Z",
               "keys":[{"client_id":null,"client":null,"name":"default"}]}],
             "estimates":[{"family":"veo","model":"*","service_tier":"default","documented":{"min_seconds":120,"max_seconds":300},
               "configured":null,"learned":null,"observed":0,"in_use":"documented"}]}
            """;
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(200, stats),
            new Answer(200, stats.Insert(1, $"{held},")));

        var read = await bridge.Client().GetStatsAsync(Stop);

        (read.Tasks.InFlight, read.Tasks.Exact, read.Deliveries.Pending).ShouldBe((3, false, 1));
        read.Budgets.ShouldHaveSingleItem().Keys.ShouldBe([new BudgetKey(null, null, "default")]);
        read.Estimates.ShouldHaveSingleItem().Documented.ShouldBe(new EstimateRange(120, 300));
        read.Holds.ShouldBeEmpty();
        (await bridge.Client().GetStatsAsync(Stop)).Holds.ShouldHaveSingleItem().What.ShouldBe(HoldKinds.Polling);
        bridge.Requests.Select(request => request.Line).Distinct().ShouldHaveSingleItem().ShouldBe("GET /v1/admin/stats");
    }
}
