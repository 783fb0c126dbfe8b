using System.Net.Http.Headers;
using System.Text;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// From an HTTP answer to what it means, for any bytes, without throwing. The order is the safeguard: HTTP status, then "is it a
/// JSON object", then the envelope, then whose it is, and only then the status, which alone may end a task.
/// </summary>
internal static class UpstreamReplyReader
{
    // Longer is taken for a mistake rather than a wish.
    private static readonly TimeSpan _longestRetryAfter = TimeSpan.FromDays(1);

    public static UpstreamReply Read(in UpstreamAnswer answer) => answer.StatusCode switch
    {
        200 or 201 or 203 => UpstreamBodyReader.Read(answer),
        202 or 204 or 304 => new UpstreamReply.NoNews(answer.StatusCode),
        404 when SpeaksOfTheRoute(answer.Content.Span) => new UpstreamReply.WrongRoute(),
        // No document says how an unknown id is answered. 400 and 410 are as likely as 404, and none of them ends a task at once.
        400 or 404 or 410 => new UpstreamReply.NotFound(answer.StatusCode),
        401 or 402 or 403 => new UpstreamReply.KeyRefused(answer.StatusCode),
        408 or 425 => Unreachable(UnreachableKind.RequestTimeout, answer),
        429 => new UpstreamReply.Throttled(RetryAfter(answer)),
        >= 300 and < 400 => Unreachable(UnreachableKind.Redirected, answer),
        >= 500 => Unreachable(UnreachableKind.ServerError, answer),
        _ => Unreachable(UnreachableKind.UnexpectedStatus, answer),
    };

    /// <summary>
    /// Whether the status means the same whatever the body is: then a body that breaks off takes nothing away from it, least of all
    /// a wish to be left alone.
    /// </summary>
    public static bool IsDecidedByTheHead(int statusCode) => statusCode is not (200 or 201 or 203 or 400 or 404 or 410);

    private static UpstreamReply.Unreachable Unreachable(UnreachableKind kind, in UpstreamAnswer answer) =>
        new(kind, answer.StatusCode, RetryAfter(answer));

    // What the gateway's web framework says when no handler is mapped to a path, in its older words and in its newer ones.
    private static bool SpeaksOfTheRoute(ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content);
        return text.Contains("No handler found", StringComparison.OrdinalIgnoreCase)
            || text.Contains("No static resource", StringComparison.OrdinalIgnoreCase);
    }

    // Of several the longest: who obeys it obeys the others too.
    private static TimeSpan? RetryAfter(UpstreamAnswer answer) =>
        answer.RetryAfter.SelectMany(Separate).Max(value => RetryAfter(value, answer.Now));

    private static TimeSpan? RetryAfter(string text, DateTimeOffset now)
    {
        if (!RetryConditionHeaderValue.TryParse(text, out var value)) return null;
        var wait = value.Delta ?? value.Date - now;
        return wait > TimeSpan.Zero && wait <= _longestRetryAfter ? wait : null;
    }

    // A proxy may join several by commas. A date has a comma of its own, so only numbers are taken apart.
    private static string[] Separate(string text) =>
        text.All(c => char.IsAsciiDigit(c) || c is ',' or ' ' or '\t') ? text.Split(',') : [text];
}
