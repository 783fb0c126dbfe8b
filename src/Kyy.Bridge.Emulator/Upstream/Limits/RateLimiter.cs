namespace Kyy.Bridge.Emulator.Upstream.Limits;

/// <summary>One key's or one address's share of a <see cref="RateLimit"/>.</summary>
internal sealed class RateLimiter(RateLimit limit, TimeSpan window, MonotonicClock clock)
{
    private readonly Lock _gate = new();
    private readonly SlidingWindow _taken = new(window);

    /// <summary>Takes room for a request that has just come in.</summary>
    /// <returns>Null where there was; else how long until there is.</returns>
    public TimeSpan? Refuse()
    {
        lock (_gate)
        {
            // Read under the lock: else a request could be counted by a moment that is older than the newest counted one.
            var now = clock.Now;
            var full = _taken.CountAt(now) >= limit.Requests;
            if (!full || limit.CountsRefused) _taken.Add(now);
            return full ? _taken.UntilOneLeaves(now) : null;
        }
    }
}
