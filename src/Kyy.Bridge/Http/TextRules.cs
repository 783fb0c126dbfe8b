using System.Globalization;
using System.Text.RegularExpressions;

namespace Kyy.Bridge.Http;

/// <summary>What texts from outside have to keep to, in a body or a query. Each rule answers with the fault, or null.</summary>
internal static partial class TextRules
{
    public const string NotATime = "must be a time of RFC 3339 with a zone, such as 2026-11-20T09:10:11.123Z";

    /// <summary>One line of 1 to <paramref name="maxLength"/> characters, counted as people do rather than in UTF-16.</summary>
    /// <remarks>PostgreSQL cannot store U+0000; the other control characters would be carried into logs and terminals.</remarks>
    public static string? Line(string text, int maxLength)
    {
        if (text.Length == 0) return "must not be empty";
        if (text.Length > maxLength && text.EnumerateRunes().Count() > maxLength) return $"must have at most {maxLength} characters";
        foreach (var character in text)
        {
            if (char.IsControl(character)) return "must not hold control characters";
        }

        return null;
    }

    /// <summary>An address that webhooks can be sent to.</summary>
    public static string? Url(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return "must be an absolute http or https URL";
        if (text.AsSpan().ContainsAny(" \\")) return "must be percent-encoded";
        if (text.Contains('#', StringComparison.Ordinal)) return "must not have a fragment";

        // Not Uri.UserInfo: it is empty for https://@host, which some receivers' proxies read differently.
        var rest = text.AsSpan(scheme + "://".Length);
        var authority = rest.IndexOfAny('/', '?') is var end and >= 0 ? rest[..end] : rest;
        return authority.Contains('@') ? "must not hold a user name or password" : null;
    }

    public static string? Choice(string text, IReadOnlyList<string> choices) =>
        choices.Contains(text) ? null : $"must be one of {string.Join(", ", choices)}";

    public static string? Range(long? number, long min, long max) =>
        number is null || number < min || number > max ? $"must be a whole number from {min} to {max}" : null;

    /// <summary>A time of RFC 3339, with a zone; null for any other text. What is finer than 100 ns is cut off.</summary>
    public static DateTimeOffset? Time(string text)
    {
        if (Rfc3339().Match(text) is not { Success: true } match) return null;
        var upToTicks = match.Groups["seconds"].Value + match.Groups["fraction"].Value + match.Groups["zone"].Value;
        return DateTimeOffset.TryParseExact(
            upToTicks, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
    }

    // Up to 12 decimals: what some languages write is finer than a time here can be.
    [GeneratedRegex(
        @"^(?<seconds>[0-9-]{10}T[0-9:]{8})((?<fraction>\.[0-9]{1,7})[0-9]{0,5})?(?<zone>Z|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Rfc3339();
}
