using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Kyy.Bridge.Keys;

/// <summary>
/// The SHA-256 of an API key, all that is kept of one. A plain hash is enough, since the key is 256 random bits: there is no
/// dictionary to try. As a value it is what look-ups are cached by.
/// </summary>
internal readonly record struct KeyHash(UInt128 High, UInt128 Low)
{
    /// <summary>What every key begins with, so that scanners for leaked secrets recognise it.</summary>
    public const string KeyPrefix = "kyb_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // 43 letters of an alphabet of 62 carry 256 bits.
    private const int SecretLength = 43, VisibleLength = 10;

    /// <summary>Makes a new key: letters and digits only, so that a double click selects all of it.</summary>
    public static string NewKey() => KeyPrefix + RandomNumberGenerator.GetString(Alphabet, SecretLength);

    /// <summary>The part of a key by which people tell their keys apart.</summary>
    public static string VisiblePrefix(string key) => key[..VisibleLength];

    public static KeyHash Of(string key) => FromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <param name="hash">The 32 bytes of <see cref="ToBytes"/>.</param>
    public static KeyHash FromBytes(ReadOnlySpan<byte> hash) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));

    public byte[] ToBytes()
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt128BigEndian(hash, High);
        BinaryPrimitives.WriteUInt128BigEndian(hash.AsSpan(16), Low);
        return hash;
    }
}
