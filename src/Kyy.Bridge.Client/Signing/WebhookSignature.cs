using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kyy.Bridge.Client.Signing;

/// <summary>
/// The signature of Standard Webhooks 1.0.0: <c>v1,</c> and the base64 of HMAC-SHA256 over <c>id.timestamp.body</c>.
/// The service signs with it and <see cref="WebhookVerifier"/> verifies with it, so that there is one algorithm.
/// </summary>
public static class WebhookSignature
{
    /// <summary>The header with the event's id: the same in every attempt, so that a receiver can drop repeats.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>The header with the attempt's time in seconds since 1970.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>The header with one signature for each secret that is still valid, separated by spaces.</summary>
    public const string SignatureHeader = "webhook-signature";

    internal const string Version = "v1,";

    // That of long.MinValue; and of 32 bytes.
    private const int LongestTimestamp = 20, Base64Length = 44;

    /// <summary>Signs one attempt with one secret.</summary>
    /// <param name="secret">The receiver's secret.</param>
    /// <param name="id">The value of <see cref="IdHeader"/>.</param>
    /// <param name="timestamp">The value of <see cref="TimestampHeader"/>, in seconds since 1970.</param>
    /// <param name="body">The exact bytes of the body.</param>
    /// <returns>One signature, for instance <c>v1,g0hM9SsE…</c>.</returns>
    public static string Sign(WebhookSecret secret, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var rented = ArrayPool<byte>.Shared.Rent(LongestSigned(id, body));
        try
        {
            return Sign(secret, rented.AsSpan(0, Write(rented, id, timestamp, body)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Signs one attempt with every secret that is valid now; what goes into <see cref="SignatureHeader"/>.</summary>
    public static string Sign(IEnumerable<WebhookSecret> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var rented = ArrayPool<byte>.Shared.Rent(LongestSigned(id, body));
        try
        {
            var (length, signatures) = (Write(rented, id, timestamp, body), "");
            // One secret nearly always, two while one is being rotated.
            foreach (var secret in secrets)
            {
                var signature = Sign(secret, rented.AsSpan(0, length));
                signatures = signatures.Length == 0 ? signature : $"{signatures} {signature}";
            }

            return signatures;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // In one piece, which is copied: the hash of a piece at a time costs an object of the system's with each call, and more than the copy.
    private static int Write(Span<byte> signed, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var length = Encoding.UTF8.GetBytes(id, signed);
        signed[length++] = (byte)'.';
        timestamp.TryFormat(signed[length..], out var digits, default, CultureInfo.InvariantCulture);
        length += digits;
        signed[length++] = (byte)'.';
        body.CopyTo(signed[length..]);
        return length + body.Length;
    }

    private static int LongestSigned(string id, ReadOnlySpan<byte> body) =>
        Encoding.UTF8.GetByteCount(id) + LongestTimestamp + 2 + body.Length;

    private static string Sign(WebhookSecret secret, ReadOnlySpan<byte> signed)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret.Key, signed, hash);
        Span<char> signature = stackalloc char[Version.Length + Base64Length];
        Version.CopyTo(signature);
        Convert.TryToBase64Chars(hash, signature[Version.Length..], out _);
        return new(signature);
    }
}
