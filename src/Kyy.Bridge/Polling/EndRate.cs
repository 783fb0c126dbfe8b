namespace Kyy.Bridge.Polling;

/// <summary>How many requests end in a little while, by those that have ended in the last tenth of a second. Whoever uses it locks it.</summary>
internal sealed class EndRate(TimeProvider time)
{
    private static readonly TimeSpan Counted = TimeSpan.FromMilliseconds(50);

    private long _since = time.GetTimestamp();
    private int _before, _ended;

    /// <summary>One has ended.</summary>
    public void Add()
    {
        MoveOn();
        _ended++;
    }

    /// <summary>How many end within so long, if it goes on as it did.</summary>
    public int Within(TimeSpan within)
    {
        var elapsed = MoveOn();
        return (int)((_before + _ended) * (within / (Counted + elapsed)));
    }

    // Two counts, of the stretch before and of this one: a standstill is noticed as soon as it lasts for one.
    private TimeSpan MoveOn()
    {
        var elapsed = time.GetElapsedTime(_since);
        if (elapsed < Counted) return elapsed;
        (_before, _ended, _since) = (elapsed < Counted * 2 ? _ended : 0, 0, time.GetTimestamp());
        return TimeSpan.Zero;
    }
}
