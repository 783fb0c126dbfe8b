using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>An authority of a test's own, the certificates that it issues, and the client that trusts it and nobody else.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=A test's own authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(_now.AddDays(-30), _now.AddDays(30));
    }

    /// <summary>A certificate, valid from and to so many days from now, for 127.0.0.1 or another name.</summary>
    public X509Certificate2 Issue(int fromDay = -1, int toDay = 1, string? otherName = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = NewRequest(key, otherName).Create(_certificate, _now.AddDays(fromDay), _now.AddDays(toDay), [1, 2, 3, 4]);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate for 127.0.0.1 that nobody but itself vouches for.</summary>
    public static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return NewRequest(key, null).CreateSelfSigned(_now.AddDays(-1), _now.AddDays(1));
    }

    /// <summary>The real client with the real handler, but for whom it trusts.</summary>
    public UpstreamClient NewClient(Uri baseUrl, TimeProvider? time = null, Uri? proxy = null)
    {
        var options = new UpstreamOptions { BaseUrl = baseUrl, Proxy = proxy };
        var handler = UpstreamClient.NewHandler(options);
        MakeTrusted(handler);
        return new(options, time ?? TimeProvider.System, handler, UpstreamClient.NewGuardedHandler(options, UpstreamAsking.Strict));
    }

    /// <summary>Has a handler trust it and nobody else.</summary>
    public void MakeTrusted(SocketsHttpHandler handler) => handler.SslOptions.CertificateChainPolicy = new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { _certificate },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest NewRequest(ECDsa key, string? otherName)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (otherName is null) names.AddIpAddress(IPAddress.Loopback);
        else names.AddDnsName(otherName);
        var request = new CertificateRequest($"CN={otherName ?? "127.0.0.1"}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
