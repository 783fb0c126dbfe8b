using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Tests.Emulator.Faults;

public sealed class RefusalFaultTests
{
    [Theory]
    [InlineData("""{"fault":"throttle"}""", "HTTP/1.1 429 Too Many Requests", null, """{"message":"too many requests"}""")]
    [InlineData("""{"fault":"throttle","retry_after":"7"}""", "HTTP/1.1 429 Too Many Requests", "Retry-After: 7", null)]
    [InlineData("""{"fault":"throttle","retry_after":"-1"}""", "HTTP/1.1 429 Too Many Requests", "Retry-After: -1", null)]
    [InlineData("""{"fault":"throttle","retry_after":"abc"}""", "HTTP/1.1 429 Too Many Requests", "Retry-After: abc", null)]
    [InlineData(
        """{"fault":"throttle","retry_after_date":"00:00:07"}""",
        "HTTP/1.1 429 Too Many Requests", "Retry-After: Thu, 15 Jan 2026 12:00:07 GMT", null)]
    [InlineData(
        """{"fault":"throttle","retry_after_date":"-01:00:00"}""",
        "HTTP/1.1 429 Too Many Requests", "Retry-After: Thu, 15 Jan 2026 11:00:00 GMT", null)]
    [InlineData(
        """{"fault":"status","code":503}""",
        "HTTP/1.1 503 Service Unavailable", null, """{"message":"the service is not available"}""")]
    [InlineData("""{"fault":"status","code":502,"retry_after":"9"}""", "HTTP/1.1 502 Bad Gateway", "Retry-After: 9", null)]
    [InlineData("""{"fault":"status","code":522,"message":"m"}""", "HTTP/1.1 522 ", null, """{"message":"m"}""")]
    [InlineData("""{"fault":"key_refused"}""", "HTTP/1.1 401 Unauthorized", null, """{"message":"invalid api key"}""")]
    [InlineData("""{"fault":"key_refused","code":402}""", "HTTP/1.1 402 Payment Required", null, """{"message":"insufficient balance"}""")]
    [InlineData("""{"fault":"key_refused","code":403}""", "HTTP/1.1 403 Forbidden", null, """{"message":"forbidden"}""")]
    [InlineData(
        """{"fault":"key_refused","envelope":true}""",
        "HTTP/1.1 200 OK", null, """{"code":401,"msg":"invalid api key","data":null}""")]
    [InlineData("""{"fault":"not_found"}""", "HTTP/1.1 404 Not Found", null, """{"message":"task not found"}""")]
    [InlineData(
        """{"fault":"not_found","form":"envelope"}""",
        "HTTP/1.1 200 OK", null, """{"code":-1,"msg":"task not found","data":null}""")]
    [InlineData(
        """{"fault":"not_found","form":"null_id"}""", "HTTP/1.1 200 OK", null,
        """{"id":null,"object":"error","created":1768478400,"model":null,"status":"failed","error":"task not found"}""")]
    [InlineData(
        """{"fault":"no_route"}""", "HTTP/1.1 404 Not Found", null,
        """{"message":"No handler found for GET /kyyReactApiServer/v1/result/vgen_1"}""")]
    [InlineData("""{"fault":"html"}""", "HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", null)]
    [InlineData("""{"fault":"html","code":502}""", "HTTP/1.1 502 Bad Gateway", "Content-Type: text/html; charset=utf-8", null)]
    [InlineData("""{"fault":"html","content_type":"application/json"}""", "HTTP/1.1 200 OK", "Content-Type: application/json", null)]
    [InlineData("""{"fault":"empty"}""", "HTTP/1.1 200 OK", "Content-Length: 0", "")]
    [InlineData("""{"fault":"empty","code":202}""", "HTTP/1.1 202 Accepted", "Content-Length: 0", "")]
    [InlineData("""{"fault":"empty","code":204}""", "HTTP/1.1 204 No Content", null, "")]
    [InlineData("""{"fault":"empty","code":304}""", "HTTP/1.1 304 Not Modified", null, "")]
    [InlineData("""{"fault":"json_value","value":null}""", "HTTP/1.1 200 OK", "Content-Type: application/json", "null")]
    [InlineData("""{"fault":"json_value","value":[1, 2.50]}""", "HTTP/1.1 200 OK", null, "[1, 2.50]")]
    [InlineData("""{"fault":"json_value","value":"completed"}""", "HTTP/1.1 200 OK", null, "\"completed\"")]
    [InlineData(
        """{"fault":"redirect"}""", "HTTP/1.1 302 Found", "Location: /kyyReactApiServer/v1/elsewhere/vgen_1", "")]
    [InlineData(
        """{"fault":"redirect","code":308,"to":"other_host"}""", "HTTP/1.1 308 Permanent Redirect",
        "Location: https://elsewhere.example.test/kyyReactApiServer/v1/result/vgen_1", "")]
    [InlineData(
        """{"fault":"redirect","code":301,"to":"loop"}""",
        "HTTP/1.1 301 Moved Permanently", "Location: /kyyReactApiServer/v1/result/vgen_1", "")]
    [InlineData("""{"fault":"redirect","location":"http://10.0.0.1/x"}""", "HTTP/1.1 302 Found", "Location: http://10.0.0.1/x", "")]
    [InlineData(
        """{"fault":"date_skew","by":"-1.00:00:00"}""",
        "HTTP/1.1 200 OK", "Date: Wed, 14 Jan 2026 12:00:00 GMT", FaultFixture.Processing)]
    public async Task Answer_IsWhatTheFaultSays(string fault, string statusLine, string? header, string? body)
    {
        await using var emulator = await FaultFixture.StartAsync(fault);

        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id);

        reply.WasReset.ShouldBeFalse();
        reply.StatusLine.ShouldBe(statusLine);
        if (header is not null) reply.Head.Split("\r\n").ShouldContain(header);
        if (header?.StartsWith("Retry-After", StringComparison.Ordinal) != true) reply.Head.ShouldNotContain("Retry-After");
        if (body is not null) reply.Body.ShouldBe(body);
        if (fault.Contains("html", StringComparison.Ordinal)) reply.Body.ShouldStartWith("<!DOCTYPE html>");
        reply.Head.Split("\r\n").Count(line => line.StartsWith("Date:", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Redirect_ToPlainHttp_NamesTheSameHost()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"redirect","to":"downgrade"}""");

        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id);

        reply.Head.Split("\r\n").ShouldContain($"Location: http://{emulator.Server.ControlUrl.Authority}/kyyReactApiServer/v1/elsewhere/vgen_1");
    }

    [Fact]
    public async Task Redirect_ThatIsFollowed_IsNoticed()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"redirect"}""");

        using var followed = await emulator.PollAsync(FaultFixture.Id);

        emulator.Server.Report().Unrouted.ShouldBe(1);
    }

    [Fact]
    public async Task ExpiredLink_LeadsHere_AndTellsWhetherAKeyWasSentAlong()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"expired_link","code":404}""");
        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id);
        using var answer = System.Text.Json.JsonDocument.Parse(reply.Body);
        var link = answer.RootElement.GetProperty("video_url").GetString()!;

        answer.RootElement.GetProperty("status").GetString().ShouldBe("completed");
        using var video = await emulator.Client.GetAsync(new Uri(link), TestContext.Current.CancellationToken);

        ((int)video.StatusCode).ShouldBe(404);
        emulator.Server.Report().ShouldSatisfyAllConditions(
            report => report.VideosAsked.ShouldBe(1),
            report => report.VideosAskedWithKey.ShouldBe(1),
            report => report.Unrouted.ShouldBe(0));
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBeTrue();
    }

    [Fact]
    public async Task Fault_IsNamedByThePollAndTheReport()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"throttle"}""");

        using var answer = await emulator.PollAsync(FaultFixture.Id);

        emulator.Server.PollsOf(FaultFixture.Id).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            poll => poll.Fault.ShouldBe("throttle"),
            poll => poll.Status.ShouldBeNull(),
            poll => poll.Violations.ShouldBe(Violation.None));
        emulator.Server.Report().Faults.ShouldBe(new Dictionary<string, int> { ["throttle"] = 1 });
    }
}
