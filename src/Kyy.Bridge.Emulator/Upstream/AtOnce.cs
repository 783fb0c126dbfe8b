namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>How many of something there are at once, and the most there ever were.</summary>
internal sealed class AtOnce
{
    private int _now, _most;

    public int Most => Volatile.Read(ref _most);

    /// <returns>How many there are now, this one included.</returns>
    public int Enter()
    {
        var now = Interlocked.Increment(ref _now);
        var most = Most;
        while (now > most)
        {
            var seen = Interlocked.CompareExchange(ref _most, now, most);
            if (seen == most) break;
            most = seen;
        }

        return now;
    }

    public void Leave() => Interlocked.Decrement(ref _now);
}
