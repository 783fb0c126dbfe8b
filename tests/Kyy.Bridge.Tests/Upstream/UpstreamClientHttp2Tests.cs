using System.Security.Cryptography.X509Certificates;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Secure;
using Kyy.Bridge.Upstream;
using static Kyy.Bridge.Tests.Upstream.UpstreamAsking;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>Over TLS the upstream says what it speaks. A poll over HTTP/1.1 counts how often it went out, one over HTTP/2 does not.</summary>
public class UpstreamClientHttp2Tests
{
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Get_UpstreamThatOffersHttp2_IsAskedByIt(bool offers, int timesSent)
    {
        await using var emulator = await EmulatorServer.StartAsync(new() { ApiKey = Key, Tls = [TlsCondition.Valid], Http2 = offers });
        emulator.Tasks.Create(new() { Family = EmulatedFamily.Videos, Id = "video_1", Statuses = [EmulatedStatus.Processing] });
        var baseUrl = emulator.SecureUrl(TlsCondition.Valid);
        using var client = NewClient(baseUrl, emulator.Authority);

        UpstreamExchange[] exchanges = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(client, baseUrl)));

        exchanges.ShouldAllBe(exchange => exchange.Reply.Line() == "Processing" && exchange.TimesSent == timesSent);
        emulator.Report().Polls.ShouldBe(20);
    }

    private static UpstreamClient NewClient(Uri baseUrl, EmulatedAuthority authority)
    {
        var options = new UpstreamOptions { BaseUrl = baseUrl };
        var handler = UpstreamClient.NewHandler(options);
        handler.SslOptions.CertificateChainPolicy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority.Certificate },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        return new(options, TimeProvider.System, handler, UpstreamClient.NewGuardedHandler(options, Strict));
    }
}
