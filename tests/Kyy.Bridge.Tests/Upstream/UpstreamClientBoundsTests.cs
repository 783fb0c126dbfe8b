using System.IO.Compression;
using System.Text;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;
using static Kyy.Bridge.Tests.Upstream.UpstreamAsking;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>Answers that are far too much: what is counted is what a server could send, and what this process allocated for it.</summary>
[Collection(nameof(AloneOnTheMachine))]
public class UpstreamClientBoundsTests
{
    private const int Mebibyte = 1024 * 1024, TooMuch = 100 * Mebibyte;

    // What the network itself may hold, and what 64 KiB cost in texts and buffers, with much to spare.
    private const int Sent = 24 * Mebibyte, Allocated = 16 * Mebibyte;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 104857600\r\n\r\n", false)]
    public async Task Get_BodyOfAHundredMebibytes_IsDroppedWithItsConnectionAfterTheCap(string head, bool isChunked)
    {
        var sent = 0L;
        var dropped = new TaskCompletionSource();
        byte[] piece = isChunked ? [.. "1000\r\n"u8, .. new byte[4096], .. "\r\n"u8] : new byte[4096];
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(head), stop);
            try
            {
                for (; sent < TooMuch; sent += 4096) await stream.WriteAsync(piece, stop);
            }
            catch (IOException)
            {
                dropped.SetResult();
            }

            return false;
        });
        var before = GC.GetTotalAllocatedBytes(precise: true);

        (await AskAsync(server)).Reply.ShouldBeOfType<UpstreamReply.Unreachable>().Kind
            .ShouldBe(head.Contains("503", StringComparison.Ordinal) ? UnreachableKind.ServerError : UnreachableKind.TooLarge);

        await dropped.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        sent.ShouldBeLessThan(Sent);
        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(Allocated);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Get_DecompressionBomb_IsGivenUpAtTheCap(string encoding)
    {
        var bomb = Bomb(encoding);
        bomb.Length.ShouldBeLessThan(Mebibyte);
        await using var server = RawServer.Json(bomb, $"Content-Encoding: {encoding}\n");
        var before = GC.GetTotalAllocatedBytes(precise: true);

        (await AskAsync(server)).Reply.Line().ShouldBe("Unreachable TooLarge");

        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(Allocated);
    }

    [Theory]
    [InlineData("X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")]
    [InlineData("a")]
    public async Task Get_HeadersWithoutEnd_AreAProtocolFault(string piece)
    {
        var sent = 0L;
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nX: "u8.ToArray(), stop);
            var pieces = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 100)));
            for (; sent < TooMuch; sent += pieces.Length) await stream.WriteAsync(pieces, stop);
            return false;
        });
        var before = GC.GetTotalAllocatedBytes(precise: true);

        (await AskAsync(server)).Reply.Line().ShouldBe("Unreachable Protocol");

        sent.ShouldBeLessThan(Sent);
        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(Allocated);
    }

    [Fact]
    public async Task Get_TwoHundredAnswersThatDripAByteASecond_AllEndTogetherWithTheTimeout()
    {
        const int Drips = 200;
        var time = new ManualTime();
        var dripped = 0;
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), stop);
                Interlocked.Increment(ref dripped);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stop);
            }
        });
        using var client = new UpstreamClient(new() { BaseUrl = server.BaseUrl, MaxConcurrency = Drips }, time, Strict);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        Task<UpstreamExchange>[] asking = [.. Enumerable.Range(0, Drips).Select(_ => AskAsync(client, server.BaseUrl))];
        for (var second = 0; second < 15; second++)
        {
            // Each drip is asleep, and each request has its limit.
            await time.WaitForTimersAsync(2 * Drips);
            asking.ShouldNotContain(exchange => exchange.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var exchanges = await Task.WhenAll(asking).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        exchanges.ShouldAllBe(exchange => exchange.Reply.Line() == "Unreachable Timeout" && exchange.Elapsed == TimeSpan.FromSeconds(15));
        exchanges.ShouldAllBe(exchange => exchange.Excerpt!.StartsWith('x'));
        dripped.ShouldBeGreaterThanOrEqualTo(15 * Drips);
        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(Drips * Mebibyte / 2);
    }

    private static byte[] Bomb(string encoding)
    {
        using var bytes = new MemoryStream();
        using (Stream compressor = encoding switch
        {
            "gzip" => new GZipStream(bytes, CompressionLevel.Optimal),
            "br" => new BrotliStream(bytes, CompressionLevel.Optimal),
            _ => new ZLibStream(bytes, CompressionLevel.Optimal),
        })
        {
            var zeros = new byte[Mebibyte];
            for (var written = 0; written < TooMuch; written += zeros.Length) compressor.Write(zeros);
        }

        return bytes.ToArray();
    }
}
