namespace Kyy.Bridge.Polling.Budgets;

/// <summary>How many requests a second this process may make of one budget: a pure function of what is known about it.</summary>
/// <remarks>
/// A 429 halves the rate once; from there it grows back evenly, the whole of it in twenty of the default family's minimum intervals
/// (ten minutes). After a pause of a window or more it starts at a tenth and is whole again after one window, so that what came due
/// meanwhile is spread; after a shorter one it starts higher (<see cref="BudgetStore.ReopenAsync"/>).
/// </remarks>
internal static class BudgetRate
{
    /// <summary>What is left of the pace after a 429.</summary>
    public const double AfterThrottling = 0.5;

    /// <summary>The least that is left however often it is halved: one in sixty-four.</summary>
    public const double LeastPace = 1.0 / 64;

    // A limiter that counts whole seconds, and a network that delivers unevenly, see a few more than were sent in a second.
    private const double Margin = 0.95;

    private const double FirstShare = 0.1, GrowthWindows = 20;

    /// <summary>In what time a pace grows from nothing to whole.</summary>
    public static TimeSpan GrowsBackIn(TimeSpan window) => GrowthWindows * window;

    /// <param name="limit">Requests a second for the key, over all replicas.</param>
    /// <param name="replicas">How many workers share it.</param>
    /// <param name="pace">What the last 429 left, 0 to 1.</param>
    /// <param name="sinceThrottled">How long ago that was.</param>
    /// <param name="sinceReopened">How long ago the last pause ended.</param>
    /// <param name="window">The default family's minimum interval.</param>
    public static double Of(int limit, int replicas, double pace, TimeSpan sinceThrottled, TimeSpan sinceReopened, TimeSpan window)
    {
        var ramp = Math.Clamp(sinceReopened / window, FirstShare, 1);
        return limit * Margin / Math.Max(1, replicas) * PaceNow(pace, sinceThrottled, window) * ramp;
    }

    /// <summary>What a pace has grown to.</summary>
    public static double PaceNow(double pace, TimeSpan sinceThrottled, TimeSpan window) =>
        Math.Clamp(pace + sinceThrottled / GrowsBackIn(window), LeastPace, 1);
}
