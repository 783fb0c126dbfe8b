using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Client;

public sealed class EndpointCallsTests
{
    private const string View =
        """
        {"id":"ep_01","url":"https://a.example/h","events":["task.failed"],"families":null,"description":"Orders","rate_limit_per_second":5,
         "headers":["X-Tenant"],"status":"disabled","disabled_reason":"failing","failing_since":"2026-11-19T09:00:00.000Z",
         "created_at":"2026-11-20T09:00:00.000Z","later":1}
        """;

    private static readonly string Created = View.Replace("\"later\":1", "\"secret\":\"whsec_x\"", StringComparison.Ordinal);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Endpoints_MadeReadListedChangedDeleted()
    {
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(201, Created), new Answer(200, View), new Answer(200, $$"""{"data":[{{View}}],"next_cursor":null}"""),
            new Answer(200, View), new Answer(204));
        var client = bridge.Client();

        var made = await client.CreateEndpointAsync(
            new()
            {
                Url = "https://a.example/h",
                Events = [EventTypes.TaskFailed],
                Headers = new Dictionary<string, string> { ["X-Tenant"] = "a" },
            },
            "once", Stop);
        var read = await client.GetEndpointAsync("ep_01", Stop);
        var listed = await client.ListEndpointsAsync(Stop).ToListAsync(Stop);
        await client.ChangeEndpointAsync("ep_01", new() { Description = "Bestellungen é", Clear = ["families", "headers"] }, Stop);
        await client.DeleteEndpointAsync("ep_01", Stop);

        bridge.Requests.Select(request => $"{request.Line} {request.Body}").ShouldBe([
            """POST /v1/endpoints {"url":"https://a.example/h","events":["task.failed"],"headers":{"X-Tenant":"a"}}""",
            "GET /v1/endpoints/ep_01 ",
            "GET /v1/endpoints ",
            """PATCH /v1/endpoints/ep_01 {"description":"Bestellungen \u00E9","families":null,"headers":null}""",
            "DELETE /v1/endpoints/ep_01 ",
        ]);
        bridge.Requests[0].Headers["Idempotency-Key"].ShouldBe("once");
        (made.Id, made.Secret, made.Status).ShouldBe(("ep_01", "whsec_x", EndpointStatuses.Disabled));
        (read.DisabledReason, read.RateLimitPerSecond, read.Families).ShouldBe((EndpointDisabledReasons.Failing, 5, null));
        listed.Single().Headers.ShouldBe(["X-Tenant"]);
    }

    [Fact]
    public async Task Endpoints_SecretTestEnableDisableReplay()
    {
        const string attempt =
            """
            {"number":1,"started_at":"2026-11-20T09:00:00.000Z","duration_ms":7,"status_code":null,"error":"dns","response_body":null}
            """;
        await using var bridge = await ScriptedBridge.StartAsync(
            new Answer(200, """{"secret":"whsec_x","previous_valid_until":null}"""),
            new Answer(200, """{"secret":"whsec_y","previous_valid_until":"2026-11-20T09:00:00.000Z"}"""),
            new Answer(200, attempt), new Answer(200, attempt), new Answer(200, View), new Answer(200, View),
            new Answer(202, """{"id":"rpl_01"}"""));
        var client = bridge.Client();

        (await client.GetEndpointSecretAsync("ep_01", Stop)).Secret.ShouldBe("whsec_x");
        (await client.RotateEndpointSecretAsync("ep_01", TimeSpan.FromMinutes(1), cancellationToken: Stop)).Secret.ShouldBe("whsec_y");
        (await client.TestEndpointAsync("ep_01", cancellationToken: Stop)).Error.ShouldBe("dns");
        (await client.TestEndpointAsync("ep_01", EventTypes.TaskLost, Stop)).DurationMs.ShouldBe(7);
        await client.EnableEndpointAsync("ep_01", catchUp: false, cancellationToken: Stop);
        await client.DisableEndpointAsync("ep_01", cancellationToken: Stop);
        var since = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
        (await client.ReplayEndpointAsync("ep_01", new(since, ReplayKinds.Missing), "once", Stop)).ShouldBe("rpl_01");

        bridge.Requests.Select(request => $"{request.Line} {request.Body}").ShouldBe([
            "GET /v1/endpoints/ep_01/secret ",
            """POST /v1/endpoints/ep_01/secret/rotate {"overlap_seconds":60}""",
            "POST /v1/endpoints/ep_01/test {}",
            """POST /v1/endpoints/ep_01/test {"type":"task.lost"}""",
            """POST /v1/endpoints/ep_01/enable {"catch_up":false}""",
            "POST /v1/endpoints/ep_01/disable ",
            """POST /v1/endpoints/ep_01/replay {"since":"2026-11-20T09:00:00.000Z","only":"missing"}""",
        ]);
    }

    [Fact]
    public void RecordsThatCarrySecrets_AreNotShownByTheirText()
    {
        var headers = new Dictionary<string, string> { ["X-A"] = "hidden" };
        new EndpointRegistration { Url = "https://a.example", Secret = "whsec_hidden", Headers = headers }.ToString()
            .ShouldBe("EndpointRegistration");
        new EndpointChange { Headers = headers }.ToString().ShouldBe("EndpointChange");
        new EndpointCreated
        {
            Id = "ep_01",
            Url = "",
            Events = [],
            Headers = [],
            Status = "enabled",
            CreatedAt = default,
            Secret = "whsec_hidden",
        }.ToString().ShouldBe("EndpointCreated ep_01");
    }
}
