using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kyy.Bridge.Tests.Secrets;

/// <summary>Makes PFX files as an operator does.</summary>
internal static class Certificates
{
    /// <summary>Writes one of RSA and returns its path.</summary>
    public static string Write(string path, string? password = null)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=ring", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, password));
        return path;
    }
}
