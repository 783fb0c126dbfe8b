using System.Net.Sockets;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Tests.Emulator.Faults;

public sealed class HttpOddityFaultTests
{
    [Fact]
    public async Task TwoLengths_Differ()
    {
        var reply = await AskAsync("two_lengths");

        reply.Head.Split("\r\n").Count(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal)).ShouldBe(2);
        reply.Head.Split("\r\n").Distinct().Count(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal)).ShouldBe(2);
        reply.Body.ShouldBe(FaultFixture.Completed);
    }

    [Fact]
    public async Task BadChunk_HasASizeThatIsNoNumber()
    {
        var reply = await AskAsync("bad_chunk");

        reply.Head.Split("\r\n").ShouldContain("Transfer-Encoding: chunked");
        reply.Body.ShouldBe($"zz\r\n{FaultFixture.Completed}\r\n0\r\n\r\n");
    }

    [Fact]
    public async Task InformationalFlood_ComesBeforeTheAnswer()
    {
        var reply = await AskAsync("informational_flood");

        reply.Text.Split("HTTP/1.1 103 Early Hints\r\n\r\n").Length.ShouldBe(1001);
        reply.Text.ShouldContain("HTTP/1.1 200 OK\r\n");
        reply.Text.ShouldEndWith(FaultFixture.Completed);
    }

    [Fact]
    public async Task HugeHeaders_AreHuge()
    {
        var reply = await AskAsync("huge_headers");

        reply.Head.Length.ShouldBeGreaterThan(256 * 1024);
        reply.Body.ShouldBe(FaultFixture.Completed);
    }

    [Fact]
    public async Task Http10_HasNoLength_AndCloses()
    {
        var reply = await AskAsync("http10");

        reply.StatusLine.ShouldBe("HTTP/1.0 200 OK");
        reply.Head.ShouldNotContain("Content-Length");
        reply.Body.ShouldBe(FaultFixture.Completed);
        reply.WasReset.ShouldBeFalse();
    }

    [Fact]
    public async Task ClosedAfter_PromisesToStay_AndDoesNot()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"http_oddity","as":"completed","kind":"closed_after"}""");
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", emulator.Server.ControlUrl.Port, TestContext.Current.CancellationToken);
        await RawReply.SendAsync(emulator, connection, FaultFixture.Id, "keep-alive");

        var reply = await RawReply.ReadAsync(connection);

        reply.Head.Split("\r\n").ShouldContain("Connection: keep-alive");
        reply.Body.ShouldBe(FaultFixture.Completed);
        reply.WasReset.ShouldBeFalse();
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBeTrue();
    }

    [Fact]
    public async Task Stale_ConnectionDropsItsNextRequest_WhichIsNoPoll()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"http_oddity","kind":"stale"}""");
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", emulator.Server.ControlUrl.Port, TestContext.Current.CancellationToken);
        await RawReply.SendAsync(emulator, connection, FaultFixture.Id, "keep-alive");
        var first = await RawReply.ReadAsync(connection, most: 1);
        while (!first.Text.EndsWith(FaultFixture.Processing, StringComparison.Ordinal))
            first = first with { Bytes = [.. first.Bytes, .. (await RawReply.ReadAsync(connection, most: 1)).Bytes] };

        await RawReply.SendAsync(emulator, connection, FaultFixture.Id, "keep-alive");
        var second = await RawReply.ReadAsync(connection);

        second.Text.ShouldBeEmpty();
        emulator.Server.PollsOf(FaultFixture.Id).Count.ShouldBe(1);
        emulator.Server.Report().Dropped.ShouldBe(1);
        emulator.Server.Report().Violations[Violation.TooEarly].ShouldBe(0);
    }

    private static async Task<RawReply> AskAsync(string kind)
    {
        await using var emulator = await FaultFixture.StartAsync($$"""{"fault":"http_oddity","as":"completed","kind":"{{kind}}"}""");
        return await RawReply.AskAsync(emulator, FaultFixture.Id);
    }
}
