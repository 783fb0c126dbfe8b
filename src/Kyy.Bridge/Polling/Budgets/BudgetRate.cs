namespace Kyy.Bridge.Polling.Budgets;

/// <summary>How many requests a second this process may make of one budget: a pure function of what is known about it.</summary>
/// <remarks>
/// After a pause of a window or more it starts at a tenth and is whole again after one window, so that what came due meanwhile is spread;
/// after a shorter one it starts higher (<see cref="BudgetStore.ReopenAsync"/>). A process that has just started takes a sixth of a window
/// for it: its first requests wait for connections, and would go out together with those after them.
/// </remarks>
internal static class BudgetRate
{
    /// <summary>
    /// What of a limit is used. A network and a busy machine deliver in bunches what was sent evenly: a stall of eighty milliseconds
    /// puts a twelfth more into some second. With a twentieth left free such stalls were met by 429.
    /// </summary>
    public const double Used = 0.9;

    private const double FirstShare = 0.1, StartParts = 6;

    /// <param name="limit">Requests a second for the key, over all replicas.</param>
    /// <param name="replicas">How many workers share it.</param>
    /// <param name="pace">What part of it is used now, 0 to 1.</param>
    /// <param name="sinceReopened">How long ago the last pause ended.</param>
    /// <param name="sinceStarted">How long ago this process began to use it.</param>
    /// <param name="window">The default family's minimum interval.</param>
    public static double Of(int limit, int replicas, double pace, TimeSpan sinceReopened, TimeSpan sinceStarted, TimeSpan window) =>
        limit * Used / Math.Max(1, replicas) * pace * Math.Min(Grown(sinceReopened, window), Grown(sinceStarted, window / StartParts));

    private static double Grown(TimeSpan since, TimeSpan full) => Math.Clamp(since / full, FirstShare, 1);
}
