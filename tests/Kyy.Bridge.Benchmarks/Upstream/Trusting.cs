using System.Security.Cryptography.X509Certificates;

namespace Kyy.Bridge.Benchmarks.Upstream;

/// <summary>Has a handler trust the emulated authority, which a process else has to be started for.</summary>
internal static class Trusting
{
    public static SocketsHttpHandler The(string authority, SocketsHttpHandler handler)
    {
        handler.SslOptions.CertificateChainPolicy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509Certificate2.CreateFromPem(authority) },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        return handler;
    }
}
