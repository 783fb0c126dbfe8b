using System.Text;
using Kyy.Bridge.Upstream;
using static Kyy.Bridge.Tests.Upstream.UpstreamAsking;

namespace Kyy.Bridge.Tests.Upstream;

public class UpstreamClientFaultTests
{
    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":")]
    public async Task Get_AnswerThatStalls_TimesOut(string beginning)
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(beginning), stop);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            return false;
        });

        await ShouldTimeOutAsync(server);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Slow: ")]
    public async Task Get_AnswerThatDripsByteByByte_TimesOutAsAWhole(string beginning)
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(beginning), stop);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
            }
        });

        await ShouldTimeOutAsync(server);
    }

    [Fact]
    public async Task Get_InterimAnswersWithoutEnd_DoNotOutlastTheTimeout()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            while (true) await stream.WriteAsync("HTTP/1.1 102 Processing\r\n\r\n"u8.ToArray(), stop);
        });
        using var client = NewClient(server.BaseUrl, TimeSpan.FromMilliseconds(300));

        var exchange = await AskAsync(client, server.BaseUrl).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);

        exchange.Reply.ShouldBeOfType<UpstreamReply.Unreachable>();
    }

    [Theory]
    [InlineData("", "Reset")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", "Reset")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":", "Reset")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"", "Reset")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}", "Protocol")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n", "Protocol")]
    public async Task Get_BrokenAnswer_IsTransient(string answer, string kind)
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), stop);
            return false;
        });

        (await AskAsync(server)).Reply.Line().ShouldBe($"Unreachable {kind}");
    }

    [Fact]
    public async Task Get_ConnectionReset_IsTransient()
    {
        await using var server = new RawServer((stream, _) =>
        {
            // Closing at once instead of lingering is what sends RST.
            ((System.Net.Sockets.NetworkStream)stream).Socket.Close(timeout: 0);
            return Task.FromResult(false);
        });

        (await AskAsync(server)).Reply.Line().ShouldBe("Unreachable Reset");
    }

    [Fact]
    public async Task Get_NobodyListens_IsRefused()
    {
        var server = new RawServer((_, _) => Task.FromResult(false));
        var gone = server.BaseUrl;
        await server.DisposeAsync();
        using var client = NewClient(gone);

        (await AskAsync(client, gone)).Reply.Line().ShouldBe("Unreachable Refused");
    }

    [Fact]
    public async Task Get_NameThatDoesNotResolve_IsDns()
    {
        var nowhere = new Uri("http://upstream.invalid/base");
        using var client = NewClient(nowhere);

        (await AskAsync(client, nowhere)).Reply.Line().ShouldBe("Unreachable Dns");
    }

    [Fact]
    public async Task Get_CallerCancels_IsNoReply()
    {
        var asked = new TaskCompletionSource();
        await using var server = new RawServer(async (_, stop) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            return false;
        });
        using var client = NewClient(server.BaseUrl);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        var asking = client.GetResultAsync(new(server.BaseUrl, new(Key)), "video_1", caller.Token);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asking);
    }

    private static async Task ShouldTimeOutAsync(RawServer server)
    {
        var timeout = TimeSpan.FromMilliseconds(300);
        using var client = NewClient(server.BaseUrl, timeout);

        var exchange = await AskAsync(client, server.BaseUrl).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);

        exchange.Reply.Line().ShouldBe("Unreachable Timeout");
        exchange.Elapsed.ShouldBeGreaterThan(timeout * 0.9);
    }
}
