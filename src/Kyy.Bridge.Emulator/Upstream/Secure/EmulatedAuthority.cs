using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kyy.Bridge.Emulator.Upstream.Secure;

/// <summary>A certificate authority that lives in memory, and the certificates of its listeners.</summary>
internal sealed class EmulatedAuthority : IDisposable
{
    // Fixed, because askers judge by a clock of their own: it need not be the emulator's.
    private static readonly DateTimeOffset Begin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset LongAgo = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly X509Certificate2 _root = MakeRoot();

    /// <summary>What an asker has to trust; without its private key.</summary>
    public X509Certificate2 Certificate => X509CertificateLoader.LoadCertificate(_root.RawData);

    public string Pem => _root.ExportCertificatePem();

    /// <summary>A listener's certificate, which names 127.0.0.1, ::1 and localhost unless that is what is wrong with it.</summary>
    public X509Certificate2 Issue(TlsCondition condition)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = RequestOf(key, condition == TlsCondition.WrongName);
        if (condition == TlsCondition.SelfSigned) return request.CreateSelfSigned(Begin, End);
        var until = condition == TlsCondition.Expired ? LongAgo : End;
        using var issued = request.Create(_root, Begin, until, RandomNumberGenerator.GetBytes(16));
        return issued.CopyWithPrivateKey(key);
    }

    public void Dispose() => _root.Dispose();

    private static CertificateRequest RequestOf(ECDsa key, bool elsewhere)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(elsewhere ? "elsewhere.example.test" : "localhost");
        if (!elsewhere) names.AddIpAddress(IPAddress.Loopback);
        if (!elsewhere) names.AddIpAddress(IPAddress.IPv6Loopback);
        var request = new CertificateRequest($"CN={(elsewhere ? "elsewhere.example.test" : "localhost")}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        return request;
    }

    private static X509Certificate2 MakeRoot()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Kyy.Bridge.Emulator", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(Begin, End);
    }
}
