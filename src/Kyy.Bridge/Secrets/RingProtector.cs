using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Kyy.Bridge.Secrets;

/// <summary>Encrypts by the ring as it is known at each call, and looks for a key that it meets for the first time.</summary>
internal sealed class RingProtector(KeyRing ring, string[] purposes) : IDataProtector
{
    /// <inheritdoc />
    public IDataProtector CreateProtector(string purpose) => new RingProtector(ring, [.. purposes, purpose]);

    /// <inheritdoc />
    public byte[] Protect(byte[] plaintext) => ring.Protector(purposes).Protect(plaintext);

    /// <inheritdoc />
    public byte[] Unprotect(byte[] protectedData)
    {
        if (Ciphertext.KeyOf(protectedData) is { } key && !ring.Knows(key))
            throw new CryptographicException($"The key {key} is not in the key ring.");
        return ring.Protector(purposes).Unprotect(protectedData);
    }
}
