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
    [InlineData("identity", "Completed")]
    [InlineData("x-unheard-of", "Completed")]
    [InlineData("GZIP", "Unreachable BadBody")]
    [InlineData("gzip, gzip", "Unreachable BadBody")]
    public async Task Get_ContentEncodingThatIsWrong_IsReadAsItIsOrABadBody(string encoding, string reply)
    {
        await using var server = RawServer.Json(Completed, $"Content-Encoding: {encoding}\n");

        (await AskAsync(server)).Reply.Line().ShouldStartWith(reply);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK", "Unreachable BadBody")]
    [InlineData("HTTP/1.1 404 Not Found", "NotFound 404")]
    [InlineData("HTTP/1.1 502 Bad Gateway", "Unreachable ServerError 502")]
    [InlineData("HTTP/1.1 401 Unauthorized", "KeyRefused 401")]
    [InlineData("HTTP/1.1 429 Too Many Requests", "Throttled")]
    [InlineData("HTTP/1.1 302 Found", "Unreachable Redirected 302")]
    [InlineData("HTTP/1.1 202 Accepted", "NoNews 202")]
    [InlineData("HTTP/1.1 418 Teapot", "Unreachable UnexpectedStatus 418")]
    public async Task Get_Html_IsJudgedByItsStatusAndShownWithoutWhatOpensAnything(string status, string reply)
    {
        const string Html = $"<html><a href='/a?sig=secret'>{Key}</a></html>";
        await using var server = RawServer.Answering($"{status}\nContent-Type: application/json\nContent-Length: {Html.Length}\n\n{Html}");

        var exchange = await AskAsync(server);

        exchange.Reply.Line().ShouldBe(reply);
        exchange.Excerpt.ShouldBe("<html><a href='/a?***>***</a></html>");
    }

    [Theory]
    [InlineData("""{"id":"video_2","status":"failed"}""", "NotOurs ForeignId")]
    [InlineData("""{"id":"video_1","status":"paused"}""", "NotUnderstood StatusUnknown paused")]
    [InlineData("""{"code":9999,"msg":"busy"}""", "NotUnderstood Envelope")]
    [InlineData("""{"code":-1,"data":null}""", "NotFound 200")]
    public async Task Get_JsonThatTellsNothingOfTheTask_IsShown(string body, string reply)
    {
        await using var server = RawServer.Json(body);

        var exchange = await AskAsync(server);

        exchange.Reply.Line().ShouldBe(reply);
        exchange.Excerpt.ShouldBe(body);
    }

    [Fact]
    public async Task Get_AnswerThatBreaksOff_ShowsWhatCame()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nno {Key}"), stop);
            return false;
        });

        var exchange = await AskAsync(server);

        exchange.Reply.Line().ShouldBe("Unreachable Reset");
        exchange.Excerpt.ShouldBe("no ***");
    }

    [Theory]
    [InlineData("429 Too Many Requests", "Throttled 00:00:07")]
    [InlineData("503 Service Unavailable", "Unreachable ServerError 503 00:00:07")]
    [InlineData("401 Unauthorized", "KeyRefused 401")]
    [InlineData("404 Not Found", "Unreachable Reset")]
    [InlineData("200 OK", "Unreachable Reset")]
    public async Task Get_AnswerThatBreaksOff_IsWhatItsHeadSaysWhereThatIsEnough(string status, string reply)
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(
                Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\n{{\"id\""), stop);
            return false;
        });

        (await AskAsync(server)).Reply.Line().ShouldBe(reply);
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
