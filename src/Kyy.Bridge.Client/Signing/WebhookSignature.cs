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

    /// <summary>Signs one attempt with one secret.</summary>
    /// <param name="secret">The receiver's secret.</param>
    /// <param name="id">The value of <see cref="IdHeader"/>.</param>
    /// <param name="timestamp">The value of <see cref="TimestampHeader"/>, in seconds since 1970.</param>
    /// <param name="body">The exact bytes of the body.</param>
    /// <returns>One signature, for instance <c>v1,g0hM9SsE…</c>.</returns>
    public static string Sign(WebhookSecret secret, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret.Key);
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hmac.AppendData(body);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hmac.GetHashAndReset(hash);
        return Version + Convert.ToBase64String(hash);
    }

    /// <summary>Signs one attempt with every secret that is valid now; what goes into <see cref="SignatureHeader"/>.</summary>
    public static string Sign(IEnumerable<WebhookSecret> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var signatures = new StringBuilder();
        foreach (var secret in secrets)
        {
            if (signatures.Length > 0) signatures.Append(' ');
            signatures.Append(Sign(secret, id, timestamp, body));
        }

        return signatures.ToString();
    }
}
