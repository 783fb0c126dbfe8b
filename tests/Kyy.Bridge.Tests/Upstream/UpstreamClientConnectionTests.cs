using System.Text;
using Kyy.Bridge.Upstream;
using static Kyy.Bridge.Tests.Upstream.UpstreamAsking;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>What becomes of a request whose connection, kept from an earlier one, turns out to be closed.</summary>
public class UpstreamClientConnectionTests
{
    private static readonly byte[] _answer =
        Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Completed.Length}\r\n\r\n{Completed}");

    [Fact]
    public async Task Get_KeptConnectionClosedInstead_IsRepeatedOnceOnAFreshOne()
    {
        await using var server = Kept(breaksOffWith: "");
        using var client = NewClient(server.BaseUrl);
        (await AskAsync(client, server.BaseUrl, "first")).Reply.Line().ShouldBe("NotOurs ForeignId");

        var exchange = await AskAsync(client, server.BaseUrl);

        exchange.Reply.Line().ShouldStartWith("Completed");
        exchange.TimesSent.ShouldBe(2);
        server.Requests.Count(head => head.Contains("video_1", StringComparison.Ordinal)).ShouldBe(2);
        server.Connections.ShouldBe(2);
    }

    [Theory]
    [InlineData("HTTP/1.1 2")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":")]
    public async Task Get_KeptConnectionClosedAfterTheAnswerBegan_IsNotRepeated(string beginning)
    {
        await using var server = Kept(breaksOffWith: beginning);
        using var client = NewClient(server.BaseUrl);
        await AskAsync(client, server.BaseUrl, "first");

        (await AskAsync(client, server.BaseUrl)).Reply.Line().ShouldBe("Unreachable Reset");

        server.Requests.Count(head => head.Contains("video_1", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Get_FreshConnectionClosedInstead_IsNotRepeated()
    {
        await using var server = new RawServer((_, _) => Task.FromResult(false));

        var exchange = await AskAsync(server);

        exchange.Reply.Line().ShouldBe("Unreachable Reset");
        exchange.TimesSent.ShouldBe(1);
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Get_FreshTlsConnectionClosedInstead_IsNotRepeated()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        await using var server = new RawServer((_, _) => Task.FromResult(false), certificate);
        using var client = authority.NewClient(server.BaseUrl);

        (await AskAsync(client, server.BaseUrl)).Reply.Line().ShouldBe("Unreachable Reset");

        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Get_EveryKeptConnectionClosedInstead_IsRepeatedNoMoreThanOnce()
    {
        const int Kept = 5;
        var allCame = new TaskCompletionSource();
        var came = 0;
        await using var server = new RawServer(async (stream, stop) =>
        {
            if (Interlocked.Increment(ref came) > Kept) return false;
            if (came == Kept) allCame.SetResult();
            await allCame.Task.WaitAsync(stop);
            await stream.WriteAsync(_answer, stop);
            return true;
        });
        using var client = NewClient(server.BaseUrl);
        await Task.WhenAll(Enumerable.Range(0, Kept).Select(_ => AskAsync(client, server.BaseUrl)));

        (await AskAsync(client, server.BaseUrl)).Reply.Line().ShouldBe("Unreachable Reset");

        server.Requests.Count.ShouldBe(Kept + 2);
    }

    [Fact]
    public async Task Get_RequestThatIsLongerThanABuffer_IsStillOne()
    {
        await using var server = RawServer.Json(Completed);
        using var client = NewClient(server.BaseUrl);

        for (var poll = 0; poll < 3; poll++) (await AskAsync(client, server.BaseUrl, new string('a', 20_000))).TimesSent.ShouldBe(1);

        server.Requests.Count.ShouldBe(3);
        server.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Get_ConnectionClosedSinceTheLastPoll_GoesOutOnAFreshOne()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(_answer, stop);
            return false;
        });
        using var client = NewClient(server.BaseUrl);

        for (var poll = 0; poll < 5; poll++) (await AskAsync(client, server.BaseUrl)).Reply.Line().ShouldStartWith("Completed");

        server.Connections.ShouldBe(5);
    }

    [Fact]
    public async Task Get_ServerOfHttpOneZero_IsRead()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.0 200 OK\r\n\r\n{Completed}"), stop);
            return false;
        });

        (await AskAsync(server)).Reply.Line().ShouldStartWith("Completed");
    }

    [Fact]
    public async Task Get_TwoLengths_NeverEndATask()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            var head = $"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: {Completed.Length}\r\n\r\n";
            await stream.WriteAsync(Encoding.UTF8.GetBytes(head + Completed), stop);
            return false;
        });

        (await AskAsync(server)).Reply.ShouldBeOfType<UpstreamReply.Unreachable>();
    }

    // Answers the first request of all; every further one on the same connection breaks off, and on a fresh one is answered.
    private static RawServer Kept(string breaksOffWith)
    {
        var answered = new System.Runtime.CompilerServices.ConditionalWeakTable<Stream, object>();
        return new(async (stream, stop) =>
        {
            if (answered.TryAdd(stream, stream))
            {
                await stream.WriteAsync(_answer, stop);
                return true;
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(breaksOffWith), stop);
            return false;
        });
    }
}
