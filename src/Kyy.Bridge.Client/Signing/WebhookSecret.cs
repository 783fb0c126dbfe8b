using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Kyy.Bridge.Client.Signing;

/// <summary>
/// A symmetric signing secret of Standard Webhooks: <c>whsec_</c> followed by the base64 of 24 to 64 bytes.
/// Its text is shown only on purpose: <see cref="ToString"/> never reveals it.
/// </summary>
public sealed class WebhookSecret
{
    /// <summary>What every secret's text begins with.</summary>
    public const string Prefix = "whsec_";

    private const int NewLength = 32, Shortest = 24, Longest = 64;
    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>The bytes that the HMAC is keyed with.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>Makes a new secret of 32 random bytes.</summary>
    public static WebhookSecret Create() => new(RandomNumberGenerator.GetBytes(NewLength));

    /// <summary>
    /// Reads a secret's text. The prefix may be missing, as the specification's libraries allow, and white space around it is
    /// passed over: secrets come from files that end with a line break.
    /// </summary>
    /// <exception cref="FormatException">The text is not base64, or its key is shorter than 24 or longer than 64 bytes.</exception>
    public static WebhookSecret Parse(string text) => TryParse(text, out var secret)
        ? secret
        : throw new FormatException($"A signing secret is '{Prefix}' followed by the base64 of {Shortest} to {Longest} bytes.");

    /// <summary>Reads a secret's text; false where it is not one.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out WebhookSecret? secret)
    {
        secret = null;
        var encoded = text.AsSpan().Trim();
        if (encoded.StartsWith(Prefix, StringComparison.Ordinal)) encoded = encoded[Prefix.Length..];
        Span<byte> key = stackalloc byte[Longest];
        if (!Convert.TryFromBase64Chars(encoded, key, out var length) || length < Shortest) return false;
        secret = new WebhookSecret(key[..length].ToArray());
        return true;
    }

    /// <summary>The secret's text, to be shown to its owner once or kept in a vault.</summary>
    public string Reveal() => Prefix + Convert.ToBase64String(_key);

    /// <summary>A placeholder: a secret that is logged by mistake is not given away.</summary>
    public override string ToString() => Prefix + "…";
}
