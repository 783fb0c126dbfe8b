using System.Buffers.Binary;

namespace Kyy.Bridge.Secrets;

/// <summary>
/// The head of what Data Protection encrypts: a mark of four bytes, and the id of the key. It is documented and does not change, so
/// that a statement can tell which rows an old key encrypted.
/// </summary>
internal static class Ciphertext
{
    /// <summary>The bytes of the head.</summary>
    public const int HeadBytes = 20;

    private const uint Mark = 0x09f0c9f0;

    /// <summary>The key that it is encrypted by; null where it is no ciphertext.</summary>
    public static Guid? KeyOf(ReadOnlySpan<byte> ciphertext) =>
        ciphertext.Length >= HeadBytes && BinaryPrimitives.ReadUInt32BigEndian(ciphertext) == Mark ? new Guid(ciphertext[4..HeadBytes]) : null;

    /// <summary>How everything begins that this key encrypts.</summary>
    public static byte[] HeadOf(Guid key)
    {
        var head = new byte[HeadBytes];
        BinaryPrimitives.WriteUInt32BigEndian(head, Mark);
        key.TryWriteBytes(head.AsSpan(4));
        return head;
    }
}
