namespace Kyy.Bridge.Polling;

/// <summary>
/// How often one upstream key may be asked: a bucket that fills at the allowed rate and holds a tenth of a second's worth, so
/// that many due tasks become an even flow and not a burst. A refusal by the upstream empties it for a while.
/// </summary>
internal sealed class KeyRate(int perSecond, TimeProvider time)
{
    private const double BurstSeconds = 0.1;

    private readonly Lock _lock = new();
    private readonly double _capacity = Math.Max(1, perSecond * BurstSeconds);
    private double _tokens = Math.Max(1, perSecond * BurstSeconds);
    private long _filledAt = time.GetTimestamp();
    private long _closedUntil = long.MinValue;

    /// <summary>Takes up to <paramref name="wanted"/> requests; how many there are.</summary>
    public int Take(int wanted)
    {
        lock (_lock)
        {
            Fill();
            var taken = Math.Min(wanted, (int)_tokens);
            _tokens -= taken;
            return taken;
        }
    }

    /// <summary>Gives back requests that were taken and not made; those taken before a pause are forfeited with the rest.</summary>
    public void Return(int requests)
    {
        lock (_lock)
        {
            if (time.GetTimestamp() >= _closedUntil) _tokens = Math.Min(_capacity, _tokens + requests);
        }
    }

    /// <summary>No requests for this long.</summary>
    public void Pause(TimeSpan length)
    {
        lock (_lock)
        {
            _closedUntil = Math.Max(_closedUntil, time.GetTimestamp() + (long)(length.TotalSeconds * time.TimestampFrequency));
            _tokens = 0;
        }
    }

    /// <summary>
    /// In how long it is worth asking again: zero where there is a request now, else when the bucket is half full, since a claim
    /// for each single request would cost the database more than the requests are worth.
    /// </summary>
    public TimeSpan NextIn()
    {
        lock (_lock)
        {
            Fill();
            if (_tokens >= 1) return TimeSpan.Zero;
            var now = time.GetTimestamp();
            var closed = now < _closedUntil ? time.GetElapsedTime(now, _closedUntil) : TimeSpan.Zero;
            return closed + TimeSpan.FromSeconds((Math.Max(1, _capacity / 2) - _tokens) / perSecond);
        }
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        var from = Math.Max(_filledAt, _closedUntil);
        if (now > from) _tokens = Math.Min(_capacity, _tokens + time.GetElapsedTime(from, now).TotalSeconds * perSecond);
        _filledAt = now;
    }
}
