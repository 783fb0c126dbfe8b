namespace Kyy.Bridge.Polling.Budgets;

/// <summary>How long a key is left alone, in parts of the default family's minimum interval, so that scaled tests wait in proportion.</summary>
internal static class Backoff
{
    private const double FirstShare = 1.0 / 30, OutageCap = 1, RejectedCap = 10, JitterShare = 0.2;

    /// <summary>A wait that the upstream asked for is obeyed up to this long.</summary>
    public static readonly TimeSpan LongestThrottle = TimeSpan.FromHours(1);

    /// <summary>What an answer of 5xx asks for counts less: it may be one broken server's idea.</summary>
    public static readonly TimeSpan LongestOutage = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A second, then twice as long each time: up to the minimum interval after 429 and outages, so that the end of one is seen
    /// soon, and up to ten of them for a refused key. Lengthened by up to a fifth, so that replicas and keys do not come back together.
    /// </summary>
    /// <param name="trips">Pauses in a row before this one.</param>
    /// <param name="rejected">Whether the key was refused.</param>
    /// <param name="window">The default family's minimum interval.</param>
    /// <param name="jitter">From 0 to 1.</param>
    public static TimeSpan Of(int trips, bool rejected, TimeSpan window, double jitter)
    {
        var share = Math.Min(FirstShare * Math.Pow(2, Math.Min(trips, 30)), rejected ? RejectedCap : OutageCap);
        return window * share * (1 + JitterShare * jitter);
    }
}
