using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Secure;

namespace Kyy.Bridge.Tests.Emulator.Faults;

public sealed class TlsConditionTests
{
    [Fact]
    public async Task Valid_IsTrustedByWhoTrustsTheAuthority_AndMisbehavesAlike()
    {
        await using var emulator = await StartAsync();

        using var ordinary = await AskAsync(emulator, TlsCondition.Valid);
        emulator.Server.Faults.Add(new FaultRule { Does = new TruncatedFault { Length = TruncatedLength.Full } });
        var cut = await Should.ThrowAsync<HttpRequestException>(() => AskAsync(emulator, TlsCondition.Valid));

        (await ordinary.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("""{"message":"task not found"}""");
        cut.HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);
    }

    [Theory]
    [InlineData(TlsCondition.Expired, typeof(AuthenticationException), "NotTimeValid")]
    [InlineData(TlsCondition.WrongName, typeof(AuthenticationException), "RemoteCertificateNameMismatch")]
    [InlineData(TlsCondition.SelfSigned, typeof(AuthenticationException), "UntrustedRoot")]
    [InlineData(TlsCondition.HandshakeCut, typeof(IOException), "")]
    [InlineData(TlsCondition.OldVersion, typeof(AuthenticationException), "")]
    internal async Task WhatIsWrong_IsRefusedForIt_BeforeAnythingIsAsked(TlsCondition condition, Type error, string reason)
    {
        await using var emulator = await StartAsync();

        var refused = await Should.ThrowAsync<HttpRequestException>(() => AskAsync(emulator, condition));

        refused.InnerException.ShouldNotBeNull().ShouldBeOfType(error);
        $"{refused.InnerException.Message} {refused.InnerException.InnerException?.Message}".ShouldContain(reason);
        emulator.Server.Report().Polls.ShouldBe(0);
    }

    private static Task<EmulatorFixture> StartAsync() =>
        EmulatorFixture.StartAsync(new EmulatorOptions { Tls = [.. Enum.GetValues<TlsCondition>()] });

    private static async Task<HttpResponseMessage> AskAsync(EmulatorFixture emulator, TlsCondition condition)
    {
        using var handler = new SocketsHttpHandler { SslOptions = new() { CertificateChainPolicy = Trust(emulator) } };
        using var client = new HttpClient(handler) { Timeout = EmulatorFixture.Patience };
        client.DefaultRequestHeaders.Authorization = new("Bearer", EmulatorFixture.Key);
        client.DefaultRequestHeaders.Accept.Add(new("application/json"));
        return await client.GetAsync(new Uri($"{emulator.Server.SecureUrl(condition)}/v1/result/none"), TestContext.Current.CancellationToken);
    }

    private static X509ChainPolicy Trust(EmulatorFixture emulator)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(emulator.Server.Authority.Pem));
        return policy;
    }
}
