using System.Collections.Immutable;

namespace Kyy.Bridge.Deliveries;

/// <summary>When a delivery is attempted again: a pure function of the attempt's number, the receiver's wish and a jitter.</summary>
internal static class RetrySchedule
{
    private const double JitterShare = 0.2;
    private static readonly TimeSpan LongestWish = TimeSpan.FromHours(24);

    /// <summary>The wait from the begin of this attempt to the next; null where this was the last.</summary>
    /// <param name="waits">The configured waits: one more attempt than these.</param>
    /// <param name="attempt">The number of the attempt that failed, from 1, counted from the begin of the schedule that it is under.</param>
    /// <param name="retryAfter">How long the receiver asked to be left alone; it only lengthens the wait.</param>
    /// <param name="jitter">From 0 to 1; receivers that failed together are not asked again together.</param>
    public static TimeSpan? Next(ImmutableArray<TimeSpan> waits, int attempt, TimeSpan? retryAfter, double jitter)
    {
        if (attempt > waits.Length) return null;
        var wait = waits[attempt - 1] * (1 + JitterShare * jitter);
        var wish = retryAfter is { } asked ? Granted(asked) : TimeSpan.Zero;
        return wish > wait ? wish : wait;
    }

    /// <summary>How long a receiver that asks to be left alone is left alone: a day at most.</summary>
    public static TimeSpan Granted(TimeSpan asked) => asked < LongestWish ? asked : LongestWish;
}
