using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kyy.Bridge.Configuration;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Secrets;

/// <summary>
/// What protects the key ring, by which every secret in the database is encrypted: <c>Bridge:Secrets</c>. Outside Development one of
/// <see cref="Certificate"/> and <see cref="Key"/> is required, and never both: a copy of the database alone is then worth nothing.
/// </summary>
internal sealed record SecretsSettings
{
    /// <summary>A PFX file with a certificate of RSA and its private key; none by default. Its validity in time is not looked at.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>32 random bytes, as base64; none by default.</summary>
    public RingKey? Key { get; init; }

    /// <summary>PFX files that protected the ring before: what they protect stays readable. None by default.</summary>
    public ImmutableArray<X509Certificate2> PreviousCertificates { get; init; } = [];

    /// <summary>Keys that protected the ring before: what they protect stays readable. None by default.</summary>
    public ImmutableArray<RingKey> PreviousKeys { get; init; } = [];

    /// <summary>Whether new keys of the ring are encrypted.</summary>
    public bool IsProtecting => Certificate is not null || Key is not null;

    /// <summary>All keys, whatever they are for now.</summary>
    public IEnumerable<RingKey> AllKeys => Key is null ? PreviousKeys : PreviousKeys.Prepend(Key);

    internal static SecretsSettings Read(ConfigurationReader reader, bool isDevelopment)
    {
        var file = reader.Text(nameof(Certificate), "");
        var password = reader.Secret("CertificatePassword");
        var key = reader.Secret(nameof(Key));
        var settings = new SecretsSettings
        {
            Certificate = file.Length == 0 ? null : Load(reader, nameof(Certificate), file, password),
            Key = key is null ? null : Parse(reader, nameof(Key), key.Reveal()),
            PreviousCertificates = [.. reader.Texts(nameof(PreviousCertificates), [])
                .Select(previous => Load(reader, nameof(PreviousCertificates), previous, password)).OfType<X509Certificate2>()],
            PreviousKeys = [.. Items(reader.Secret(nameof(PreviousKeys)))
                .Select(previous => Parse(reader, nameof(PreviousKeys), previous)).OfType<RingKey>()],
        };
        reader.Check(file.Length == 0 || key is null, [nameof(Key), nameof(Certificate)],
            "Write either this or Bridge:Secrets:Certificate; what protected the ring before belongs to the previous ones.");
        reader.Check(isDevelopment || file.Length > 0 || key is not null, [nameof(Key), nameof(Certificate)],
            "Write 32 random bytes as base64 (openssl rand -base64 32), or name a PFX file in Bridge:Secrets:Certificate. "
            + "It protects all secrets in the database: keep a copy of it apart from the backups.");
        return settings;
    }

    private static string[] Items(Secret? list) =>
        list?.Reveal().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static RingKey? Parse(ConfigurationReader reader, string name, string text)
    {
        var bytes = new byte[RingKey.Bytes + 1];
        var isKey = Convert.TryFromBase64String(text, bytes, out var written) && written == RingKey.Bytes;
        reader.Check(isKey, [name], "Write exactly 32 bytes as base64: openssl rand -base64 32.");
        return isKey ? new(bytes[..RingKey.Bytes]) : null;
    }

    private static X509Certificate2? Load(ConfigurationReader reader, string name, string file, Secret? password)
    {
        var (certificate, fault) = Open(file, password);
        reader.Check(fault is null, [name], $"'{file}': {fault}");
        return certificate;
    }

    // None of the framework's messages: which part of a wrong password's fault is whose is not worth the risk of a quotation.
    private static (X509Certificate2? Certificate, string? Fault) Open(string file, Secret? password)
    {
        if (!File.Exists(file)) return (null, "there is no such file.");
        try
        {
            var flags = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, password?.Reveal(), flags);
            using var key = certificate.GetRSAPrivateKey();
            return key is not null ? (certificate, null) : (null, "it has no private key of RSA, by which alone a ring can be read.");
        }
        catch (CryptographicException)
        {
            return (null, "it is no PFX file, or Bridge:Secrets:CertificatePassword is not its password.");
        }
        catch (Exception refusal) when (refusal is UnauthorizedAccessException or IOException)
        {
            return (null, "this account is not allowed to read it.");
        }
    }
}
