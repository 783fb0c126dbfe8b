using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator.Faults;

public sealed class WireFaultTests
{
    private static readonly int Length = FaultFixture.Completed.Length;

    [Theory]
    [InlineData("""{"fault":"truncated","as":"completed"}""", 0.5, false)]
    [InlineData("""{"fault":"truncated","as":"completed","keep":0.9}""", 0.9, false)]
    [InlineData("""{"fault":"truncated","as":"completed","length":"full"}""", 0.5, true)]
    public async Task Truncated_SendsAPart_AndSaysEitherLength(string fault, double keep, bool full)
    {
        await using var emulator = await FaultFixture.StartAsync(fault);

        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id);

        var part = (int)(Length * keep);
        reply.WasReset.ShouldBeFalse();
        reply.Body.ShouldBe(FaultFixture.Completed[..part]);
        reply.Head.Split("\r\n").ShouldContain($"Content-Length: {(full ? Length : part)}");
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"fault":"reset"}""", 0, true)]
    [InlineData("""{"fault":"close"}""", 0, false)]
    [InlineData("""{"fault":"reset","at":"mid_body","as":"completed"}""", 2, true)]
    [InlineData("""{"fault":"close","at":"mid_body","as":"completed"}""", 2, false)]
    public async Task Connection_EndsBeforeTheAnswerDoes(string fault, int share, bool reset)
    {
        await using var emulator = await FaultFixture.StartAsync(fault);

        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id);

        reply.WasReset.ShouldBe(reset);
        if (share == 0) reply.Text.ShouldBeEmpty();
        else reply.Body.ShouldBe(FaultFixture.Completed[..(Length / share)]);
        if (share > 0) reply.Head.Split("\r\n").ShouldContain($"Content-Length: {Length}");
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("reset", true)]
    [InlineData("close", false)]
    public async Task Connection_EndsAsSoonAsItIsOpened_WithinItsWindow(string word, bool reset)
    {
        await using var emulator = await FaultFixture.StartAsync(
            new FaultRule { Does = FaultFixture.Read($$"""{"fault":"{{word}}","at":"accept"}"""), For = TimeSpan.FromMinutes(1) });

        var reply = await ConnectAsync(emulator);

        reply.Text.ShouldBeEmpty();
        reply.WasReset.ShouldBe(reset);
        emulator.Time.Advance(TimeSpan.FromMinutes(1));
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("processing");
        emulator.Server.PollsOf(FaultFixture.Id).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Listening_CanStop_AndGoOnAtTheSameAddress()
    {
        await using var emulator = await FaultFixture.StartAsync((FaultRule?)null);
        var address = emulator.Server.BaseUrl;
        await emulator.StatusOfAsync(FaultFixture.Id);

        await emulator.Server.StopListeningAsync();
        var refused = await Should.ThrowAsync<HttpRequestException>(() => emulator.PollAsync(FaultFixture.Id));
        await emulator.Server.ListenAgainAsync();

        refused.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
        emulator.Server.BaseUrl.ShouldBe(address);
        (await emulator.StatusOfAsync(FaultFixture.Id)).ShouldBe("processing");
        emulator.Server.PollsOf(FaultFixture.Id).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Drip_SendsAByteAtATime()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"drip","as":"completed"}""");
        using var connection = await RawReply.OpenAsync(emulator, FaultFixture.Id);
        for (var i = 0; i < 5; i++)
        {
            await emulator.Time.WaitForTimersAsync(1);
            emulator.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await emulator.Time.WaitForTimersAsync(1);
        var head = await RawReply.ReadAsync(connection, most: 1);
        head = head with { Bytes = [.. head.Bytes, .. (await RawReply.ReadAsync(connection, connection.Available)).Bytes] };

        head.Head.Split("\r\n").ShouldContain($"Content-Length: {Length}");
        head.Body.ShouldBe(FaultFixture.Completed[..6]);
    }

    [Fact]
    public async Task Drip_ThatIsNotReadToItsEnd_EndsNothing()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"drip","as":"completed","head":true}""");
        var connection = await RawReply.OpenAsync(emulator, FaultFixture.Id);
        (await RawReply.ReadAsync(connection, most: 1)).Text.ShouldBe("H");

        connection.Dispose();

        await Wait.UntilAsync(() => emulator.Server.PollsOf(FaultFixture.Id)[0].SentAt is null, "the emulator has noticed");
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("before_headers", 0)]
    [InlineData("after_headers", 1)]
    [InlineData("mid_body", 2)]
    public async Task Stall_ComesWhereItIsSaidTo_AndPasses(string at, int part)
    {
        await using var emulator = await FaultFixture.StartAsync($$"""{"fault":"stall","as":"completed","at":"{{at}}","for":"00:00:20"}""");
        using var connection = await RawReply.OpenAsync(emulator, FaultFixture.Id);
        await emulator.Time.WaitForTimersAsync(1);

        var before = await RawReply.ReadAsync(connection, connection.Available);
        emulator.Time.Advance(TimeSpan.FromSeconds(20));
        var after = await RawReply.ReadAsync(connection);

        if (part == 0) before.Text.ShouldBeEmpty();
        else before.Body.ShouldBe(part == 1 ? "" : FaultFixture.Completed[..(Length / 2)]);
        (before with { Bytes = [.. before.Bytes, .. after.Bytes] }).Body.ShouldBe(FaultFixture.Completed);
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBeTrue();
    }

    [Fact]
    public async Task Stall_WithoutEnd_LastsUntilTheAskerHangsUp()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"stall","as":"completed"}""");
        var connection = await RawReply.OpenAsync(emulator, FaultFixture.Id);
        await emulator.Server.WaitForPollsAsync(FaultFixture.Id, 1, EmulatorFixture.Patience);
        emulator.Time.Advance(TimeSpan.FromDays(1));

        connection.Available.ShouldBe(0);
        connection.Dispose();

        await Wait.UntilAsync(() => emulator.Server.PollsOf(FaultFixture.Id)[0].SentAt is null, "the emulator has noticed");
        emulator.Server.PollsOf(FaultFixture.Id)[0].StatusCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("length", "Content-Length: 32")]
    [InlineData("chunked", "Transfer-Encoding: chunked")]
    [InlineData("none", "Connection: close")]
    public async Task Huge_IsWellFormedToItsEnd(string framing, string header)
    {
        await using var emulator = await FaultFixture.StartAsync($$"""{"fault":"huge","size":300000,"framing":"{{framing}}"}""");

        using var answer = await emulator.PollAsync(FaultFixture.Id);
        using var json = await EmulatorFixture.ReadJsonAsync(answer);

        (await RawReply.AskAsync(emulator, FaultFixture.Id)).Head.Split("\r\n")[^1].ShouldStartWith(header);
        json.RootElement.GetProperty("padding").GetString()!.Length.ShouldBe(5 * 64 * 1024);
        json.RootElement.GetProperty("status").GetString().ShouldBe("processing");
    }

    [Fact]
    public async Task Huge_IsMadeAsItIsRead_AndEndsWhenTheAskerHangsUp()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"huge","size":1000000000000}""");
        var connection = await RawReply.OpenAsync(emulator, FaultFixture.Id);
        (await RawReply.ReadAsync(connection, most: 1_000_000)).Head.ShouldContain("Content-Length: 1000");

        connection.Dispose();

        await Wait.UntilAsync(() => emulator.Server.PollsOf(FaultFixture.Id)[0].SentAt is null, "the emulator has noticed");
    }

    [Fact]
    public async Task Huge_NumberOfKeys_AllDiffer()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"huge","shape":"keys","size":4001}""");

        using var answer = await emulator.PollAsync(FaultFixture.Id);
        using var json = await EmulatorFixture.ReadJsonAsync(answer);

        json.RootElement.EnumerateObject().Select(member => member.Name).Distinct().Count().ShouldBe(5000 + 7 + 1);
    }

    [Fact]
    public async Task Huge_Depth_IsNestedSoDeeply()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"huge","shape":"depth","size":10000}""");

        var body = Encoding.UTF8.GetBytes((await RawReply.AskAsync(emulator, FaultFixture.Id)).Body);

        Should.Throw<JsonException>(() => JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 10_000 }).Dispose());
        using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 10_001 });
        json.RootElement.GetProperty("status").GetString().ShouldBe("processing");
    }

    [Theory]
    [InlineData("gzip", null)]
    [InlineData("gzip", "Accept-Encoding: gzip, deflate, br")]
    [InlineData("deflate", "Accept-Encoding: gzip, deflate, br")]
    [InlineData("br", "Accept-Encoding: gzip, deflate, br")]
    [InlineData("br", "Accept-Encoding: gzip")]
    public async Task Encoding_PacksTheAnswer_WhichEndsTheTaskWhereThatWasAskedFor(string coding, string? header)
    {
        await using var emulator = await FaultFixture.StartAsync($$"""{"fault":"encoding","as":"completed","coding":"{{coding}}"}""");

        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id, header);

        reply.Head.Split("\r\n").ShouldContain($"Content-Encoding: {coding}");
        Unpack(coding, reply.BodyBytes).ShouldBe(FaultFixture.Completed);
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBe(header?.Contains(coding, StringComparison.Ordinal) is true);
    }

    [Theory]
    [InlineData("""{"fault":"encoding","as":"completed","coding":"identity","label":"gzip"}""", "gzip", "identity")]
    [InlineData("""{"fault":"encoding","as":"completed","coding":"gzip","label":"br"}""", "br", "gzip")]
    public async Task Encoding_WronglyLabelled_EndsNothing(string fault, string label, string truth)
    {
        await using var emulator = await FaultFixture.StartAsync(fault);

        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id);

        reply.Head.Split("\r\n").ShouldContain($"Content-Encoding: {label}");
        Unpack(truth, reply.BodyBytes).ShouldBe(FaultFixture.Completed);
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Encoding_Bomb_IsSmallOnTheWire(string coding)
    {
        await using var emulator = await FaultFixture.StartAsync($$"""{"fault":"encoding","coding":"{{coding}}","bomb":10000000}""");

        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id);

        reply.BodyBytes.Length.ShouldBeLessThan(200_000);
        Unpack(coding, reply.BodyBytes).ShouldBe($$"""{"padding":"{{new string('0', 10_000_000)}}"}""");
    }

    /// <summary>A reset can be faster than the opening of the connection.</summary>
    private static async Task<RawReply> ConnectAsync(EmulatorFixture emulator)
    {
        using var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync("127.0.0.1", emulator.Server.ControlUrl.Port, TestContext.Current.CancellationToken);
            return await RawReply.ReadAsync(connection);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return new([], true);
        }
    }

    private static string Unpack(string coding, byte[] body)
    {
        using Stream packed = new MemoryStream(body);
        using var stream = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "deflate" => new ZLibStream(packed, CompressionMode.Decompress),
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            _ => packed,
        };
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
