using Kyy.Bridge.Emulator.Upstream.Limits;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>One bearer key, and how the upstream was asked by it.</summary>
/// <param name="value">As the asker writes it after <c>Bearer</c>.</param>
/// <param name="window">In which <see cref="MostInAWindow"/> is counted.</param>
/// <param name="clock">Read under the key's lock, so that arrivals are counted in order.</param>
internal sealed class EmulatedKey(string value, TimeSpan window, MonotonicClock clock)
{
    /// <summary>The asker counts on from when it has read the answer, which is later: only its timer can be this much too early.</summary>
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly SlidingWindow _arrivals = new(window);
    private TimeSpan _quietFrom = TimeSpan.MaxValue, _quietUntil;
    private int _calls, _most, _limited;

    public string Value { get; } = value;

    /// <summary>Enough to tell keys apart by, and not to use one.</summary>
    public string Mark => Value.Length > 8 ? $"{Value[..4]}…" : "…";

    public bool IsRight { get; set; } = true;

    /// <summary>How many polls it has made.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The most polls that came in within one window.</summary>
    public int MostInAWindow => Volatile.Read(ref _most);

    /// <summary>Polls that a limiter refused.</summary>
    public int Limited => Volatile.Read(ref _limited);

    public void CountLimited() => Interlocked.Increment(ref _limited);

    /// <summary>Counts a poll that has come in.</summary>
    /// <returns>Its number among those of the key, from 1, and whether a <c>Retry-After</c> that it was sent was still running.</returns>
    public (int Call, bool DuringRetryAfter) Arrive()
    {
        lock (_gate)
        {
            var now = clock.Now;
            _arrivals.Add(now);
            _most = Math.Max(_most, _arrivals.CountAt(now));
            return (++_calls, now >= _quietFrom && now < _quietUntil - Grain);
        }
    }

    /// <summary>Notes that the key was told to be quiet.</summary>
    /// <param name="pause">For how long, from now.</param>
    /// <param name="tolerance">How long requests may still come in that were sent before this could be read.</param>
    public void Quiet(TimeSpan pause, TimeSpan tolerance)
    {
        lock (_gate)
        {
            var now = clock.Now;
            // While one is running its tolerance is not granted anew: an asker that ignores it would else never be noticed.
            if (now >= _quietUntil) _quietFrom = now + tolerance;
            if (now + pause > _quietUntil) _quietUntil = now + pause;
        }
    }
}
