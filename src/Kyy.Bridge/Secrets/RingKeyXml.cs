using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Kyy.Bridge.Secrets;

/// <summary>Protects new keys of the ring with the configured <see cref="RingKey"/>.</summary>
internal sealed class RingKeyEncryptor(RingKey key) : IXmlEncryptor
{
    /// <inheritdoc />
    public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(key.Encrypt(plaintextElement), typeof(RingKeyDecryptor));
}

/// <summary>
/// Reads what <see cref="RingKeyEncryptor"/> wrote. Data Protection makes it by its name, which stands in the ring: neither may change.
/// Its one way to give it anything is this constructor.
/// </summary>
internal sealed class RingKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    /// <summary>How the ring names it: without a version, so that the version before and the next one find it.</summary>
    public static readonly string StoredName = $"{typeof(RingKeyDecryptor).FullName}, {typeof(RingKeyDecryptor).Assembly.GetName().Name}";

    /// <inheritdoc />
    public XElement Decrypt(XElement encryptedElement)
    {
        var id = RingKey.IdOf(encryptedElement);
        var key = services.GetRequiredService<SecretsSettings>().AllKeys.FirstOrDefault(known => known.Id == id);
        return key is not null
            ? key.Decrypt(encryptedElement)
            : throw new CryptographicException(
                $"It is protected by the key {id}, which is neither Bridge:Secrets:Key nor among Bridge:Secrets:PreviousKeys.");
    }
}
