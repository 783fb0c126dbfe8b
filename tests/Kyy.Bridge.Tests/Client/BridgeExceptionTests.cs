using System.Net;
using System.Text.Json;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Client;

public sealed class BridgeExceptionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refusal_Problem_IsCarriedWhole()
    {
        var refused = await RefusedAsync(new Answer(
            400,
            """
            {"type":"/problems/validation","title":"The request is not valid","status":400,"detail":"One field is wrong.",
             "errors":{"task_id":["is required","is too long"]},"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","later":{}}
            """)
        { ContentType = "application/problem+json; charset=utf-8" });

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.RetryAfter.ShouldBeNull();
        refused.Message.ShouldBe("The bridge answered 400: The request is not valid. One field is wrong.");
        refused.Problem!.Type.ShouldBe("/problems/validation");
        refused.Problem.Errors!["task_id"].ShouldBe(["is required", "is too long"]);
        refused.Problem.TraceId.ShouldBe("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 0)]
    [InlineData("Fri, 20 Nov 2026 09:00:30 GMT", 30)]
    [InlineData("Fri, 20 Nov 2026 08:00:00 GMT", 0)]
    [InlineData("soon", null)]
    [InlineData(null, null)]
    public async Task Refusal_RetryAfter_IsReadAsSecondsOrDate(string? header, int? seconds)
    {
        var clock = new SteppingClock(new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero));

        var refused = await RefusedAsync(new Answer(503) { RetryAfter = header }, clock);

        refused.RetryAfter.ShouldBe(seconds is { } s ? TimeSpan.FromSeconds(s) : null);
    }

    [Theory]
    [InlineData("text/html", "<h1>Bad gateway</h1>")]
    [InlineData("text/html; charset=gbk", "<h1>Bad gateway</h1>")]
    [InlineData("application/json", """{"message":"Bad gateway"}""")]
    [InlineData(Problem.MediaType, """{"message":"Bad gateway"}""")]
    [InlineData(Problem.MediaType, "")]
    public async Task Refusal_NotAProblemOfOurs_IsTheStatusAlone(string contentType, string body)
    {
        var refused = await RefusedAsync(new Answer(502, body) { ContentType = contentType });

        refused.Problem.ShouldBeNull();
        refused.Message.ShouldBe("The bridge answered 502 without a problem document.");
    }

    [Fact]
    public async Task Refusal_PageThatEchoesTheKey_DoesNotShowIt()
    {
        var refused = await RefusedAsync(new Answer(401, $"Bearer {ScriptedBridge.ApiKey}") { ContentType = "text/plain" });

        refused.ToString().ShouldNotContain(ScriptedBridge.ApiKey);
    }

    [Fact]
    public async Task Redirect_IsNotTakenForAnAnswer() =>
        (await RefusedAsync(new Answer(304))).Status.ShouldBe(HttpStatusCode.NotModified);

    [Theory]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("{}")]
    public async Task Success_NotWhatIsPromised_IsAJsonException(string body)
    {
        await using var bridge = await ScriptedBridge.StartAsync(new Answer(200, body));

        await Should.ThrowAsync<JsonException>(() => bridge.Client().GetTaskAsync("tsk_01", Stop));
    }

    [Theory]
    [InlineData("kyb_hidden\n")]
    [InlineData("kyb_hiddené")]
    public async Task KeyThatNoHeaderCanCarry_IsNotShownByTheFailure(string key)
    {
        await using var bridge = await ScriptedBridge.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler());

        var failure = await Should.ThrowAsync<Exception>(() => new BridgeClient(http, new() { BaseAddress = bridge.Address, ApiKey = key })
            .GetTaskAsync("tsk_01", Stop));

        failure.ToString().ShouldNotContain("kyb_hidden");
        bridge.Requests.ShouldBeEmpty();
    }

    private static async Task<BridgeException> RefusedAsync(Answer answer, TimeProvider? time = null)
    {
        await using var bridge = await ScriptedBridge.StartAsync(answer);
        return await Should.ThrowAsync<BridgeException>(() => bridge.Client(time: time).GetTaskAsync("tsk_01", Stop));
    }
}
