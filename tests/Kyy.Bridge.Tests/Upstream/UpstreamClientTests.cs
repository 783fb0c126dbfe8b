using System.Diagnostics;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;
using static Kyy.Bridge.Tests.Upstream.UpstreamAsking;

namespace Kyy.Bridge.Tests.Upstream;

public class UpstreamClientTests
{
    [Fact]
    public async Task Get_AnyTask_SendsExactlyTheDocumentedRequest()
    {
        await using var server = RawServer.Json(Completed);
        using var activity = new Activity("poll").Start();

        var exchange = await AskAsync(server);

        exchange.Reply.Line().ShouldBe("Completed https://c.example.test/a?sig=1");
        server.Requests.ShouldHaveSingleItem().ShouldBe($"""
            GET /base/v1/result/video_1 HTTP/1.1
            Host: {server.BaseUrl.Authority}
            Authorization: Bearer {Key}
            Accept: application/json
            Accept-Encoding: gzip, deflate, br


            """.ReplaceLineEndings("\r\n"));
    }

    [Theory]
    [InlineData("video_abc-1.2~3", "video_abc-1.2~3")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("../../v1/admin", "..%2F..%2Fv1%2Fadmin")]
    [InlineData("..", "%2E%2E")]
    [InlineData(".", "%2E")]
    [InlineData("%2e%2e", "%252e%252e")]
    [InlineData("a?b=c#d", "a%3Fb%3Dc%23d")]
    [InlineData("a\\..\\b", "a%5C..%5Cb")]
    [InlineData("a b+c", "a%20b%2Bc")]
    [InlineData("视", "%E8%A7%86")]
    [InlineData("a\r\nX: y", "a%0D%0AX%3A%20y")]
    public async Task Get_WhateverTheId_IsOnePathSegment(string taskId, string segment)
    {
        await using var server = RawServer.Json("{}");

        await AskAsync(server, taskId: taskId);

        server.Requests.ShouldHaveSingleItem().ShouldStartWith($"GET /base/v1/result/{segment} HTTP/1.1\r\n");
    }

    [Theory]
    [InlineData("301 Moved Permanently")]
    [InlineData("302 Found")]
    [InlineData("307 Temporary Redirect")]
    [InlineData("308 Permanent Redirect")]
    public async Task Get_RedirectToAnotherHost_NeverTakesTheKeyThere(string status)
    {
        await using var other = RawServer.Json(Completed);
        await using var server = RawServer.Answering($"HTTP/1.1 {status}\nLocation: {other.BaseUrl}\nContent-Length: 0\n\n");

        (await AskAsync(server)).Reply.Line().ShouldBe($"Unreachable Redirected {status[..3]}");

        other.Connections.ShouldBe(0);
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Get_CookieSet_IsNotSentBack()
    {
        await using var server = RawServer.Json("{}", "Set-Cookie: a=b\n");
        using var client = NewClient(server.BaseUrl);

        await AskAsync(client, server.BaseUrl);
        await AskAsync(client, server.BaseUrl);

        server.Requests.Count.ShouldBe(2);
        server.Requests.ShouldAllBe(head => !head.Contains("Cookie", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Get_BaseUrlNotAllowed_ConnectsToNobody()
    {
        await using var server = RawServer.Json(Completed);
        using var client = NewClient(new("https://upstream.example.test/base"));

        (await AskAsync(client, server.BaseUrl)).Reply.Line().ShouldBe("Unreachable NotAllowed");

        server.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Get_ThroughAProxy_AsksTheProxy()
    {
        await using var proxy = RawServer.Json(Completed);
        var upstream = new Uri("http://upstream.example.test/base");
        using var client = new UpstreamClient(new() { BaseUrl = upstream, Proxy = proxy.BaseUrl }, TimeProvider.System, Strict);

        (await AskAsync(client, upstream)).Reply.Line().ShouldStartWith("Completed");

        proxy.Requests.ShouldHaveSingleItem().ShouldStartWith("GET http://upstream.example.test/base/v1/result/video_1 HTTP/1.1\r\n");
    }

    [Fact]
    public async Task Get_ThrottledAnswer_CarriesItsRetryAfter()
    {
        await using var server = RawServer.Answering("HTTP/1.1 429 Too Many Requests\nRetry-After: 7\nContent-Length: 0\n\n");

        (await AskAsync(server)).Reply.Line().ShouldBe("Throttled 00:00:07");
    }

    [Fact]
    public async Task Get_ThrottledAnswerWithSeveralRetryAfters_CarriesTheLongest()
    {
        await using var server = RawServer.Answering(
            "HTTP/1.1 429 Too Many Requests\nRetry-After: 7\nRetry-After: abc\nRetry-After: 9\nContent-Length: 0\n\n");

        (await AskAsync(server)).Reply.Line().ShouldBe("Throttled 00:00:09");
    }

    [Fact]
    public async Task Get_RetryAfterAsADate_IsComparedWithTheOwnClockWhateverTheDateHeaderSays()
    {
        var time = new ManualTime(new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        await using var server = RawServer.Answering(
            "HTTP/1.1 429 Too Many Requests\nDate: Mon, 20 Nov 2006 12:00:00 GMT\n"
            + "Retry-After: Fri, 20 Nov 2026 12:01:00 GMT\nContent-Length: 0\n\n");
        using var client = new UpstreamClient(new() { BaseUrl = server.BaseUrl }, time, Strict);

        (await AskAsync(client, server.BaseUrl)).Reply.Line().ShouldBe("Throttled 00:01:00");
    }

    [Fact]
    public async Task Exchange_OfAnyRequest_TellsWhenItWentOutAndHowLongItTook()
    {
        var arrived = 0L;
        await using var server = new RawServer(async (stream, stop) =>
        {
            arrived = TimeProvider.System.GetTimestamp();
            await stream.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(), stop);
            return true;
        });
        var before = TimeProvider.System.GetTimestamp();

        var exchange = await AskAsync(server);

        exchange.SentAt.ShouldBeInRange(before, arrived);
        exchange.Elapsed.ShouldBeGreaterThan(TimeProvider.System.GetElapsedTime(exchange.SentAt, arrived));
    }

    [Fact]
    public async Task Exchange_WithKeyRepeatedByTheUpstream_DoesNotShowIt()
    {
        await using var failing = RawServer.Json($$"""{"id":"video_1","status":"failed","error":"bad key {{Key}}"}""");
        await using var refusing = RawServer.Answering($"HTTP/1.1 401 Unauthorized\nContent-Length: 26\n\nno key {Key}!");

        var failed = await AskAsync(failing);
        var refused = await AskAsync(refusing);

        failed.Reply.Line().ShouldBe("Failed bad key ***");
        $"{failed} {refused}".ShouldNotContain(Key);
        refused.Excerpt.ShouldBe("no key ***!");
    }

    [Fact]
    public async Task Excerpt_OfAReading_IsNotKept()
    {
        await using var server = RawServer.Json(Completed);

        (await AskAsync(server)).Excerpt.ShouldBeNull();
    }

    [Fact]
    public void TargetAndOptions_Printed_DoNotShowTheKey()
    {
        var target = new UpstreamTarget(new("https://upstream.example.test"), new(Key));
        var options = new UpstreamOptions { ApiKey = new(Key) };

        $"{target} {options}".ShouldNotContain(Key);
    }
}
