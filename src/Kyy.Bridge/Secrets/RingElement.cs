using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Kyy.Bridge.Secrets;

/// <summary>One element of the key ring, as Data Protection writes it: a key whose secret part may be encrypted.</summary>
internal static class RingElement
{
    private static readonly XNamespace Namespace = "http://schemas.asp.net/2015/03/dataProtection";
    private static readonly XName
        Encrypted = Namespace + "encryptedSecret", Wanted = Namespace + "requiresEncryption", Decryptor = "decryptorType";

    public static bool IsKey(XElement element) => element.Name == "key";

    public static Guid IdOf(XElement key) => (Guid)key.Attribute("id")!;

    /// <summary>From when on it encrypts: of those that may, the latest does.</summary>
    public static DateTimeOffset ActivationOf(XElement key) => (DateTimeOffset)key.Element("activationDate")!;

    public static bool IsProtected(XElement key) => key.Descendants(Encrypted).Any();

    /// <summary>The element as it is stored.</summary>
    public static string Text(XElement element)
    {
        foreach (var name in element.Descendants(Encrypted).Attributes(Decryptor).Where(IsOurs)) name.Value = RingKeyDecryptor.StoredName;
        return element.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>Decrypts it, to see whether that is possible.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It is not.</exception>
    public static void Open(XElement key, IServiceProvider services)
    {
        foreach (var secret in key.Descendants(Encrypted)) Decrypt(secret, services);
    }

    /// <summary>The same key, its secret encrypted by <paramref name="encryptor"/>, whatever it was encrypted by before.</summary>
    public static XElement Protected(XElement key, IXmlEncryptor encryptor, IServiceProvider services)
    {
        var copy = new XElement(key);
        foreach (var secret in copy.Descendants(Encrypted).ToList()) secret.ReplaceWith(Encrypt(Decrypt(secret, services), encryptor));
        foreach (var plain in copy.Descendants().Where(element => (bool?)element.Attribute(Wanted) is true).ToList())
            plain.ReplaceWith(Encrypt(plain, encryptor));
        return copy;
    }

    private static XElement Encrypt(XElement plain, IXmlEncryptor encryptor)
    {
        var info = encryptor.Encrypt(new XElement(plain));
        return new(Encrypted, new XAttribute(Decryptor, info.DecryptorType.AssemblyQualifiedName!), info.EncryptedElement);
    }

    private static XElement Decrypt(XElement secret, IServiceProvider services)
    {
        var type = Type.GetType((string)secret.Attribute(Decryptor)!, throwOnError: true)!;
        var decryptor = (IXmlDecryptor)ActivatorUtilities.CreateInstance(services, type);
        return decryptor.Decrypt(new XElement(secret.Elements().Single()));
    }

    private static bool IsOurs(XAttribute name) => name.Value.StartsWith($"{typeof(RingKeyDecryptor).FullName},", StringComparison.Ordinal);
}
