using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Secrets;

/// <summary>
/// A key that protects the key ring: AES-256-GCM over an element of it. What it wrote carries the key's id, so that another key is
/// told apart from a damaged row.
/// </summary>
internal sealed class RingKey
{
    public const int Bytes = 32;

    private const int NonceBytes = 12, TagBytes = 16, IdBytes = 8;
    private const string Root = "encryptedByKey", IdAttribute = "key";

    private readonly byte[] _bytes;

    /// <param name="bytes">32 random bytes.</param>
    public RingKey(byte[] bytes)
    {
        if (bytes.Length != Bytes) throw new ArgumentException($"A key has {Bytes} bytes.", nameof(bytes));
        _bytes = bytes;
        Id = Convert.ToHexStringLower(HMACSHA256.HashData(bytes, "Kyy.Bridge key ring, the key's id"u8).AsSpan(0, IdBytes));
    }

    /// <summary>Tells keys apart and tells nothing about them.</summary>
    public string Id { get; }

    /// <summary>The mask.</summary>
    public override string ToString() => Secret.Mask;

    public XElement Encrypt(XElement plain)
    {
        var text = Encoding.UTF8.GetBytes(plain.ToString(SaveOptions.DisableFormatting));
        var sealedBytes = new byte[NonceBytes + text.Length + TagBytes];
        var (nonce, tag) = (sealedBytes.AsMemory(0, NonceBytes), sealedBytes.AsMemory(sealedBytes.Length - TagBytes));
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(_bytes, TagBytes);
        aes.Encrypt(nonce.Span, text, sealedBytes.AsSpan(NonceBytes, text.Length), tag.Span, Encoding.ASCII.GetBytes(Id));
        CryptographicOperations.ZeroMemory(text);
        return new(Root, new XAttribute(IdAttribute, Id), Convert.ToBase64String(sealedBytes));
    }

    /// <exception cref="CryptographicException">It was changed.</exception>
    public XElement Decrypt(XElement encrypted)
    {
        var sealedBytes = Convert.FromBase64String(encrypted.Value);
        if (sealedBytes.Length < NonceBytes + TagBytes) throw new CryptographicException("A key of the ring is cut short.");
        var text = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_bytes, TagBytes);
        aes.Decrypt(
            sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes, text.Length), sealedBytes.AsSpan(NonceBytes + text.Length),
            text, Encoding.ASCII.GetBytes(Id));
        return XElement.Parse(Encoding.UTF8.GetString(text));
    }

    /// <summary>The id of the key that wrote it; null where it is not of that kind.</summary>
    public static string? IdOf(XElement encrypted) => encrypted.Name == Root ? (string?)encrypted.Attribute(IdAttribute) : null;
}
