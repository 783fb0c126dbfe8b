using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kyy.Bridge.Client.Signing;

/// <summary>Decides whether a received webhook is genuine. Verify the bytes as they were received, before any JSON is read.</summary>
/// <param name="secrets">The receiver's secrets, at least one; several while one is being rotated.</param>
/// <param name="time">The clock that a webhook's age is measured by; the system's by default.</param>
/// <param name="tolerance">How far a webhook's time may be from now, either way; 5 minutes by default.</param>
public sealed class WebhookVerifier(IEnumerable<WebhookSecret> secrets, TimeProvider? time = null, TimeSpan? tolerance = null)
{
    private static readonly TimeSpan DefaultTolerance = TimeSpan.FromMinutes(5);
    private readonly WebhookSecret[] _secrets = secrets.ToArray() is { Length: > 0 } some
        ? some
        : throw new ArgumentException("Without a secret no webhook could ever be verified.", nameof(secrets));

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly TimeSpan _tolerance = tolerance ?? DefaultTolerance;

    /// <summary>A verifier for one secret, given as <c>whsec_…</c>.</summary>
    /// <exception cref="FormatException">The secret's text is not a secret.</exception>
    public WebhookVerifier(string secret, TimeProvider? time = null, TimeSpan? tolerance = null)
        : this([WebhookSecret.Parse(secret)], time, tolerance)
    {
    }

    /// <summary>Verifies one received webhook.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>.</param>
    /// <param name="signatures">The header <c>webhook-signature</c>.</param>
    /// <param name="body">The body's bytes exactly as received.</param>
    public WebhookVerification Verify(string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body)
    {
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(timestamp) || string.IsNullOrEmpty(signatures))
            return WebhookVerification.HeaderMissing;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return WebhookVerification.TimestampMalformed;

        var age = _time.GetUtcNow().ToUnixTimeSeconds() - (double)seconds;
        if (age > _tolerance.TotalSeconds) return WebhookVerification.TooOld;
        if (-age > _tolerance.TotalSeconds) return WebhookVerification.TooNew;
        return Matches(id, seconds, signatures, body) ? WebhookVerification.Verified : WebhookVerification.NoMatchingSignature;
    }

    private bool Matches(string id, long seconds, string signatures, ReadOnlySpan<byte> body)
    {
        var given = signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var secret in _secrets)
        {
            var expected = Encoding.ASCII.GetBytes(WebhookSignature.Sign(secret, id, seconds, body));
            foreach (var signature in given)
            {
                if (CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature))) return true;
            }
        }

        return false;
    }
}
