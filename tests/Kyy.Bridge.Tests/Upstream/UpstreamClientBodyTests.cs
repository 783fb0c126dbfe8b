using System.IO.Compression;
using System.Text;
using static Kyy.Bridge.Tests.Upstream.UpstreamAsking;

namespace Kyy.Bridge.Tests.Upstream;

public class UpstreamClientBodyTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Get_CompressedAnswer_IsRead(string encoding)
    {
        await using var server = RawServer.Json(Compress(encoding, Encoding.UTF8.GetBytes(Completed)), $"Content-Encoding: {encoding}\n");

        (await AskAsync(server)).Reply.Line().ShouldStartWith("Completed");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Get_AnswerThatIsNotCompressedAsItSays_IsABadBody(string encoding)
    {
        await using var server = RawServer.Json(Completed, $"Content-Encoding: {encoding}\n");

        (await AskAsync(server)).Reply.Line().ShouldBe("Unreachable BadBody");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Get_CompressedAnswerCutOff_IsABadBody(string encoding)
    {
        var whole = Compress(encoding, Encoding.UTF8.GetBytes(Completed));
        await using var server = RawServer.Json(whole[..^12], $"Content-Encoding: {encoding}\n");

        (await AskAsync(server)).Reply.Line().ShouldBe("Unreachable BadBody");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Get_DecompressionBomb_IsGivenUpAtTheCap(string encoding)
    {
        var bomb = Compress(encoding, new byte[32 * 1024 * 1024]);
        await using var server = RawServer.Json(bomb, $"Content-Encoding: {encoding}\n");

        (await AskAsync(server)).Reply.Line().ShouldBe("Unreachable TooLarge");
    }

    [Fact]
    public async Task Get_BodyWithoutEnd_IsDroppedWithItsConnection()
    {
        var sent = 0L;
        var dropped = new TaskCompletionSource();
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), stop);
            try
            {
                for (; ; sent += 4096) await stream.WriteAsync((byte[])[.. "1000\r\n"u8, .. new byte[4096], .. "\r\n"u8], stop);
            }
            catch (IOException)
            {
                dropped.SetResult();
                return false;
            }
        });

        (await AskAsync(server)).Reply.Line().ShouldBe("Unreachable TooLarge");

        await dropped.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        sent.ShouldBeLessThan(64 * 1024 * 1024);
    }

    [Fact]
    public async Task Get_HeadersOverTheLimit_AreAProtocolFault()
    {
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\nX-Long: {new string('a', 17 * 1024)}\nContent-Length: 2\n\n{{}}");

        (await AskAsync(server)).Reply.Line().ShouldBe("Unreachable Protocol");
    }

    private static byte[] Compress(string encoding, byte[] content)
    {
        using var bytes = new MemoryStream();
        using (Stream compressor = encoding switch
        {
            "gzip" => new GZipStream(bytes, CompressionLevel.Fastest),
            "br" => new BrotliStream(bytes, CompressionLevel.Fastest),
            _ => new ZLibStream(bytes, CompressionLevel.Fastest),
        })
        {
            compressor.Write(content);
        }

        return bytes.ToArray();
    }
}
