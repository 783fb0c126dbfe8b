using System.Net;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Telemetry;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Kyy.Bridge.Tests.Telemetry;

/// <summary>The line of a request, the same with either set of packages.</summary>
public sealed class RequestLineTests(PostgresServer server)
{
    private const string Clients = "/v1/admin/clients", Live = "/healthz/live";
    private const string CategoryLevel = $"Serilog:MinimumLevel:Override:{RequestLine.Category}";

    [Fact]
    public async Task Line_SaysWhatWasAskedAndAnswered_WithTheIdsToSearchBy()
    {
        await using var bridge = await StartAsync();
        var client = await bridge.CreateClientAsync();
        var task = await RegisterAsync(bridge, client);
        using var answer = await bridge.As(client.ApiKey).GetAsync($"/v1/tasks/{task.Id}?wait=1");
        answer.Status.ShouldBe(HttpStatusCode.OK);

        var line = await LineAsync(bridge, "GET", $"/v1/tasks/{task.Id}");

        line.EnumerateObject().Select(property => property.Name).ShouldBe(
            [
                "@t", "@m", "@i", "@tr", "@sp", "EventId", "RequestMethod", "RequestPath", "StatusCode", "Elapsed", "RouteId", "KeyId",
                "ClientId", "SourceContext",
            ],
            ignoreOrder: true);
        line.GetProperty("@t").GetDateTimeOffset().ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
        line.GetProperty("@tr").GetString().ShouldNotBeNull().Length.ShouldBe(32);
        line.GetProperty("StatusCode").GetInt32().ShouldBe(200);
        line.GetProperty("Elapsed").GetDouble().ShouldBeInRange(900, 30_000);
        Text(line, "@m").ShouldBe($"GET /v1/tasks/{task.Id} answered 200 in {line.GetProperty("Elapsed").GetRawText()} ms");
        Text(line, "RouteId").ShouldBe(task.Id);
        Text(line, "ClientId").ShouldBe(client.Id);
        Text(line, "KeyId").ShouldBe(await OnlyKeyOfAsync(bridge, client));
        Text(line, "SourceContext").ShouldBe(RequestLine.Category);
        line.GetProperty("EventId").GetProperty("Name").GetString().ShouldBe(nameof(RequestLine));
    }

    [Fact]
    public async Task Line_OfARegistration_NamesTheTaskThatWasMade()
    {
        await using var bridge = await StartAsync();
        var client = await bridge.CreateClientAsync();
        var task = await RegisterAsync(bridge, client);

        Text(await LineAsync(bridge, "POST", "/v1/tasks"), "RouteId").ShouldBe(task.Id);
    }

    [Fact]
    public async Task Line_OfAnAdmin_NamesTheClientThatItActsFor()
    {
        await using var bridge = await StartAsync();
        var client = await bridge.CreateClientAsync();
        using var answer = await bridge.AsAdmin().PostAsync("/v1/tasks", new { }, (OnBehalfOf.Header, client.Id));

        var line = await LineAsync(bridge, "POST", "/v1/tasks");

        Text(line, "ClientId").ShouldBe(client.Id);
        Text(line, "KeyId").ShouldBe(TypeId.Format(TypeId.Key, Caller.Bootstrap));
    }

    [Fact]
    public async Task Line_OfARepetition_SaysThatTheFirstAnswerWasGivenAgain()
    {
        await using var bridge = await StartAsync();
        for (var i = 0; i < 2; i++)
        {
            using var answer = await bridge.AsAdmin().PostAsync(Clients, new { name = "acme" }, ("Idempotency-Key", "a"));
            answer.Status.ShouldBe(HttpStatusCode.Created);
        }

        await bridge.Log.RequestAsync(line => line.TryGetProperty("IdempotentReplay", out var replay) && replay.GetBoolean());
        bridge.Log.Requests.Count(line => line.TryGetProperty("IdempotentReplay", out _)).ShouldBe(1);
    }

    [Fact]
    public async Task Line_OfARefusal_HasTheTraceThatTheCallerWasTold_AndNobodysIds()
    {
        await using var bridge = await StartAsync();
        using var answer = await bridge.As("kyb_unknown").GetAsync("/v1/tasks");
        var problem = answer.ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthorized");

        var line = await LineAsync(bridge, "GET", "/v1/tasks");

        Text(line, "@tr").ShouldBe(problem.TraceId);
        RequestLine.Sender.ShouldAllBe(id => !line.EnumerateObject().Any(property => property.Name == id));
    }

    [Fact]
    public async Task Line_OfADefect_IsAnErrorAndKeepsTheIds()
    {
        await using var bridge = await StartAsync(api => api.MapGet("/broken/{id}", object () => throw new InvalidOperationException()));
        var client = await bridge.CreateClientAsync();
        using var answer = await bridge.As(client.ApiKey).GetAsync($"/v1/broken/{client.Id}");
        answer.Status.ShouldBe(HttpStatusCode.InternalServerError);

        var line = await LineAsync(bridge, "GET", $"/v1/broken/{client.Id}");

        Text(line, "@l").ShouldBe("Error");
        Text(line, "RouteId").ShouldBe(client.Id);
        Text(line, "ClientId").ShouldBe(client.Id);
    }

    [Fact]
    public async Task Line_OfAnAnswerThatBrokeOff_HasTheException()
    {
        await using var bridge = await StartAsync(api => api.MapGet("/admin/half", BreakOffAsync));
        await Should.ThrowAsync<HttpRequestException>(() => bridge.AsAdmin().GetAsync("/v1/admin/half"));

        var line = await LineAsync(bridge, "GET", "/v1/admin/half");

        Text(line, "@l").ShouldBe("Error");
        Text(line, "@x").ShouldNotBeNull().ShouldContain("broken off");
        line.GetProperty("StatusCode").GetInt32().ShouldBe(500);

        static async Task BreakOffAsync(HttpResponse response)
        {
            await response.WriteAsync("half");
            throw new InvalidOperationException("broken off");
        }
    }

    [Fact]
    public async Task Line_OfAnOutage_IsAWarning()
    {
        await using var bridge = await StartAsync(api => api.MapGet("/admin/out", object () => throw new NpgsqlException("out of reach")));
        using var answer = await bridge.AsAdmin().GetAsync("/v1/admin/out");
        answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);

        Text(await LineAsync(bridge, "GET", "/v1/admin/out"), "@l").ShouldBe("Warning");
    }

    [Fact]
    public async Task Line_LeavesTheQueryOutAndAPathEscaped()
    {
        await using var bridge = await StartAsync();
        using var answer = await bridge.AsAdmin().GetAsync("/v1/a%0Ab?api_key=hunter2");

        (await LineAsync(bridge, "GET", "/v1/a%0Ab")).GetRawText().ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("Information", false)]
    [InlineData("Debug", true)]
    public async Task Line_OfAProbe_ComesAtDebugAlone(string level, bool comes)
    {
        await using var bridge = await StartAsync(settings: (CategoryLevel, level));
        using var probe = await bridge.As(null).GetAsync(Live);
        probe.Status.ShouldBe(HttpStatusCode.OK);
        // Once the line of a later request on the same connection is there, that of the probe would be.
        using var later = await bridge.AsAdmin().GetAsync(Clients);
        await LineAsync(bridge, "GET", Clients);

        bridge.Log.Requests.Any(line => Text(line, "RequestPath") == Live && Text(line, "@l") == "Debug").ShouldBe(comes);
        bridge.Log.Requests.Count(line => Text(line, "RequestPath") == Live).ShouldBe(comes ? 1 : 0);
    }

    [Fact]
    public async Task Levels_AreThoseOfSerilogsSection_AndNotTheFrameworks()
    {
        await using var bridge = await StartAsync(
            settings: [(CategoryLevel, "Fatal"), ("Serilog:MinimumLevel:Override:Microsoft.AspNetCore.Routing", "Debug"), ("Logging:LogLevel:Default", "None")]);
        using var answer = await bridge.AsAdmin().GetAsync(Clients);
        answer.Status.ShouldBe(HttpStatusCode.OK);

        await Wait.UntilAsync(() => bridge.Log.Lines.Any(line => line.Contains("\"SourceContext\":\"Microsoft.AspNetCore.Routing.", StringComparison.Ordinal)),
            "routing has said what it does");
        bridge.Log.Requests.ShouldBeEmpty();
    }

    private Task<BridgeApplication> StartAsync(Action<IEndpointRouteBuilder>? routes = null, params (string Key, string Value)[] settings) =>
        BridgeApplication.StartAsync(server, routes, settings);

    private static Task<BridgeTask> RegisterAsync(BridgeApplication bridge, ClientCreated client) => bridge.ClientOf(client.ApiKey).RegisterAsync(
        new() { TaskId = "video_1", CallbackUrl = "http://127.0.0.1:9/hook" }, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<string> OnlyKeyOfAsync(BridgeApplication bridge, ClientCreated client)
    {
        using var answer = await bridge.AsAdmin().GetAsync($"{Clients}/{client.Id}/keys");
        return JsonElement.Parse(answer.Body).GetProperty("data").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString()!;
    }

    private static Task<JsonElement> LineAsync(BridgeApplication bridge, string method, string path) =>
        bridge.Log.RequestAsync(line => Text(line, "RequestMethod") == method && Text(line, "RequestPath") == path);

    private static string? Text(JsonElement line, string property) => line.TryGetProperty(property, out var value) ? value.GetString() : null;
}
