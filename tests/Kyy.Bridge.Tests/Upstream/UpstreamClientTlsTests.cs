using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;
using static Kyy.Bridge.Tests.Upstream.UpstreamAsking;

namespace Kyy.Bridge.Tests.Upstream;

public sealed class UpstreamClientTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Get_CertificateThatIsInOrder_IsAccepted()
    {
        using var certificate = _authority.Issue();
        await using var server = Answering(certificate);

        (await AskAsync(server)).Reply.Line().ShouldStartWith("Completed");

        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Get_CertificateOfAnAuthorityThatNobodyNamed_IsRefusedByTheClientAsItIsConfigured()
    {
        using var certificate = _authority.Issue();
        await using var server = Answering(certificate);
        using var client = UpstreamAsking.NewClient(server.BaseUrl);

        ShouldBeRefused(await UpstreamAsking.AskAsync(client, server.BaseUrl), server);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("not yet valid")]
    [InlineData("another's name")]
    [InlineData("self-signed")]
    [InlineData("another authority")]
    public async Task Get_CertificateThatIsNotInOrder_IsRefusedAndTheKeyStaysHome(string fault)
    {
        using var other = new TestAuthority();
        using var certificate = fault switch
        {
            "expired" => _authority.Issue(-5, -1),
            "not yet valid" => _authority.Issue(1, 5),
            "another's name" => _authority.Issue(otherName: "upstream.example.test"),
            "self-signed" => TestAuthority.SelfSigned(),
            _ => other.Issue(),
        };
        await using var server = Answering(certificate);

        ShouldBeRefused(await AskAsync(server), server);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("\u0016\u0003\u0003\u0000\u007a\u0002\u0000")]
    [InlineData("\u0015\u0003\u0003\u0000\u0002\u0002\u0028")]
    public async Task Get_HandshakeThatIsCutOrNone_IsRefusedAndTheKeyStaysHome(string answer)
    {
        await using var server = RawServer.Handshaking(async (stream, stop) =>
        {
            await ReadRecordAsync(stream, stop);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop);
        });

        ShouldBeRefused(await AskAsync(server), server);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Get_ServerThatKnowsOldVersionsAlone_IsToldThatTheyAreTooOld(byte minorVersion)
    {
        var alert = new TaskCompletionSource<byte[]>();
        await using var server = RawServer.Handshaking(async (stream, stop) =>
        {
            await ReadRecordAsync(stream, stop);
            await stream.WriteAsync(ServerHello(minorVersion), stop);
            alert.SetResult(await ReadRecordAsync(stream, stop));
        });

        ShouldBeRefused(await AskAsync(server), server);

        // "Fatal", "protocol version".
        (await alert.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop)).ShouldBe([2, 70]);
    }

    [Fact]
    public async Task Get_OverTls_OffersNoVersionBelowOneTwo()
    {
        var hello = Array.Empty<byte>();
        await using var server = RawServer.Handshaking(async (stream, stop) => hello = await ReadRecordAsync(stream, stop));

        await AskAsync(server);

        // The extension "supported versions": its number, its length, its list's length, 1.3 and 1.2.
        hello.AsSpan().IndexOf((byte[])[0, 43, 0, 5, 4, 3, 4, 3, 3]).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Get_HandshakeThatStalls_TimesOut()
    {
        var begun = new TaskCompletionSource();
        await using var server = RawServer.Handshaking(async (stream, stop) =>
        {
            await ReadRecordAsync(stream, stop);
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        var time = new ManualTime();
        using var client = _authority.NewClient(server.BaseUrl, time);

        var asking = UpstreamAsking.AskAsync(client, server.BaseUrl);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        time.Advance(TimeSpan.FromSeconds(15));

        (await asking.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop)).Reply.Line().ShouldBe("Unreachable Timeout");
    }

    [Fact]
    public async Task Get_RedirectFromTlsToPlainHttp_IsNotFollowed()
    {
        await using var plain = RawServer.Json(Completed);
        using var certificate = _authority.Issue();
        await using var server = RawServer.Answering(
            $"HTTP/1.1 301 Moved Permanently\nLocation: {plain.BaseUrl}\nContent-Length: 0\n\n", certificate: certificate);

        (await AskAsync(server)).Reply.Line().ShouldBe("Unreachable Redirected 301");

        plain.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Get_OverTlsThroughAProxy_AsksForATunnelOnceAndSendsTheKeyOnlyThroughIt()
    {
        using var certificate = _authority.Issue();
        var asked = "";
        await using var proxy = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stop);
            await using var secure = new SslStream(stream);
            await secure.AuthenticateAsServerAsync(certificate);
            var buffer = new byte[4096];
            asked = Encoding.UTF8.GetString(buffer, 0, await secure.ReadAsync(buffer, stop));
            var answer = $"HTTP/1.1 200 OK\r\nContent-Length: {Completed.Length}\r\n\r\n{Completed}";
            await secure.WriteAsync(Encoding.UTF8.GetBytes(answer), stop);
            return false;
        });
        var upstream = new Uri("https://127.0.0.1:9/base");
        using var client = _authority.NewClient(upstream, proxy: proxy.BaseUrl);

        var exchange = await UpstreamAsking.AskAsync(client, upstream);

        exchange.Reply.Line().ShouldStartWith("Completed");
        exchange.TimesSent.ShouldBe(1);
        proxy.Requests.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            head => head.ShouldStartWith("CONNECT 127.0.0.1:9 HTTP/1.1\r\n"),
            head => head.ShouldNotContain(Key));
        asked.ShouldContain($"Authorization: Bearer {Key}\r\n");
    }

    private static RawServer Answering(X509Certificate2 certificate) => RawServer.Answering(
        $"HTTP/1.1 200 OK\nContent-Length: {Completed.Length}\n\n{Completed}", certificate: certificate);

    private async Task<UpstreamExchange> AskAsync(RawServer server)
    {
        using var client = _authority.NewClient(server.BaseUrl);
        return await UpstreamAsking.AskAsync(client, server.BaseUrl);
    }

    // No request came, and no connection began with anything but TLS.
    private static void ShouldBeRefused(UpstreamExchange exchange, RawServer server)
    {
        exchange.Reply.Line().ShouldBe("Unreachable Tls");
        server.Requests.ShouldBeEmpty();
        server.FirstBytes.ToArray().ShouldBe([(byte)0x16]);
    }

    private static async Task<byte[]> ReadRecordAsync(Stream stream, CancellationToken stop)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head, stop);
        var record = new byte[(head[3] << 8) | head[4]];
        await stream.ReadExactlyAsync(record, stop);
        return record;
    }

    // Of TLS 1.0 or 1.1: a random of 32 bytes, no session, AES128-SHA, no compression.
    private static byte[] ServerHello(byte minorVersion) =>
        [0x16, 3, minorVersion, 0, 42, 2, 0, 0, 38, 3, minorVersion, .. Enumerable.Repeat((byte)7, 32), 0, 0, 0x2F, 0];
}
