using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Limits;

/// <summary>The limits, and who has used how much of them. Never makes a request wait: it answers 429 or lets it through.</summary>
internal sealed class Limiters(LimitOptions options, double timeScale, MonotonicClock clock)
{
    private readonly ConcurrentDictionary<string, RateLimiter> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<IPAddress, RateLimiter> _addresses = new();
    private readonly ConcurrentDictionary<string, TimeSpan> _penalties = new(StringComparer.Ordinal);

    public LimitOptions Options { get; } = options.Checked();

    /// <summary>The answer to an address that is over its limit; counted on arrival, whatever is asked and by which key.</summary>
    public RawAnswer? RefuseAddress(IPAddress? address)
    {
        if (Options.PerAddress is not { } limit) return null;
        return AnswerTo(_addresses.GetOrAdd(address ?? IPAddress.None, _ => Make(limit)).Refuse(), limit.RetryAfter);
    }

    /// <summary>The answer to a key that is over its limit.</summary>
    /// <param name="key">One that is right.</param>
    /// <param name="gap">Since the poll before of the same id; null for the first.</param>
    public RawAnswer? RefuseKey(string key, TimeSpan? gap)
    {
        var refusal = Options.PerKey is { } limit
            ? AnswerTo(_keys.GetOrAdd(key, _ => Make(limit)).Refuse(), limit.RetryAfter)
            : null;
        return refusal ?? (Options.EarlyPolls is { } early ? AnswerTo(Punish(early, key, gap), early.RetryAfter) : null);
    }

    private RateLimiter Make(RateLimit limit) => new(limit, limit.Window * timeScale, clock);

    private TimeSpan? Punish(EarlyPollLimit early, string key, TimeSpan? gap)
    {
        var now = clock.Now;
        if (gap < early.Gap * timeScale)
        {
            _penalties[key] = now + (early.Penalty * timeScale);
            return early.Penalty * timeScale;
        }

        return _penalties.TryGetValue(key, out var until) && now < until ? until - now : null;
    }

    private static RawAnswer? AnswerTo(TimeSpan? wait, string? retryAfter)
    {
        if (wait is not { } left) return null;
        var answer = RawAnswer.Message(StatusCodes.Status429TooManyRequests, "too many requests");
        var header = retryAfter == "auto" ? Math.Ceiling(left.TotalSeconds).ToString(CultureInfo.InvariantCulture) : retryAfter;
        return header is null ? answer : answer.WithHeader("Retry-After", header);
    }
}
