namespace Kyy.Bridge.Polling.Budgets;

/// <summary>
/// Gives requests their turns, evenly spaced at the allowed rate: many due tasks become a flow and not a burst. Turns are reserved
/// before a claim, for a short time ahead, and each request looks once more right before it is sent.
/// </summary>
/// <remarks>
/// Two clocks of turns: what is reserved, and what was really sent. A process that was frozen wakes with many turns behind it; the
/// second keeps it from sending them all at once. In any time <c>t</c> no more than <c>rate × (t + 25 ms) + 1</c> requests go out.
/// </remarks>
internal sealed class Pacer(TimeProvider time)
{
    // Long enough for claims of some size.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    // How much a request may be ahead of its turn after others were late. Timers are no finer than some milliseconds.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(25);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _reserved, _sent;

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>How far ahead turns are reserved: half of the slack, within which a claimed poll has to start, at most 100 ms.</summary>
    public static TimeSpan Horizon(TimeSpan slack) => slack / 2 < Longest ? slack / 2 : Longest;

    /// <summary>How many turns there are within a horizon at a rate: at least one.</summary>
    public static int TurnsAhead(double rate, TimeSpan horizon) => Math.Max(1, (int)Math.Min(int.MaxValue, horizon.TotalSeconds * rate));

    /// <summary>Reserves up to <paramref name="wanted"/> turns; as many as there are within the horizon.</summary>
    public PacedTurns Reserve(int wanted, double rate, TimeSpan horizon)
    {
        var spacing = TimeSpan.FromSeconds(1 / rate);
        lock (_lock)
        {
            var first = Max(_reserved, Now);
            var ahead = (Now + horizon - first) / spacing;
            var count = ahead < 0 ? 0 : (int)Math.Min(wanted, Math.Floor(ahead) + 1);
            if (count > 0) _reserved = first + count * spacing;
            return new(first, spacing, count);
        }
    }

    /// <summary>Gives back the last of some turns. Those reserved after them stay where they are.</summary>
    public void Return(PacedTurns turns, int unused)
    {
        lock (_lock) _reserved -= unused * turns.Spacing;
    }

    /// <summary>In how long it is worth asking for turns: when half of the horizon is free, since a claim for each costs the database.</summary>
    public TimeSpan NextIn(double rate, TimeSpan horizon)
    {
        lock (_lock)
        {
            // A single turn is free as soon as it lies within the horizon; of many, half of them.
            var due = _reserved - (TurnsAhead(rate, horizon) > 1 ? horizon / 2 : horizon);
            return Max(due - Now, TimeSpan.Zero);
        }
    }

    /// <summary>How long until a reserved turn.</summary>
    public TimeSpan Until(TimeSpan turn) => Max(turn - Now, TimeSpan.Zero);

    /// <summary>Whether a request may be sent now: zero, and it is counted; or how long it has to wait still.</summary>
    public TimeSpan Enter(double rate)
    {
        lock (_lock)
        {
            var now = Now;
            if (_sent - Tolerance - now is { Ticks: > 0 } early) return early;
            _sent = Max(_sent, now) + TimeSpan.FromSeconds(1 / rate);
            return TimeSpan.Zero;
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}

/// <summary>Some turns in a row.</summary>
/// <param name="First">The first, on the pacer's clock.</param>
/// <param name="Spacing">From one to the next.</param>
/// <param name="Count">How many.</param>
internal readonly record struct PacedTurns(TimeSpan First, TimeSpan Spacing, int Count)
{
    public TimeSpan this[int index] => First + index * Spacing;
}
