namespace Kyy.Bridge.Polling.Budgets;

/// <summary>
/// What part of a key's rate is used: all of it until the upstream says that it was too much. A 429 halves it; from there it grows
/// evenly, the whole of it in twenty of the default family's minimum intervals (ten minutes), but only to a little below where the
/// 429 came. On from there it takes six hours for the whole, so that a limit that is lower than configured is met a few times an hour
/// and not every other minute.
/// </summary>
/// <param name="Share">What the last 429 left, 0 to 1.</param>
/// <param name="Ceiling">How far it grows soon, 0 to 1.</param>
internal readonly record struct Pace(double Share, double Ceiling)
{
    private const double AfterThrottling = 0.5, BelowThrottling = 0.95, Least = 1.0 / 64;

    private const double GrowthWindows = 20, CeilingGrowths = 36;

    /// <summary>All of the rate.</summary>
    public static Pace Whole { get; } = new(1, 1);

    /// <summary>What it has grown to.</summary>
    /// <param name="since">How long ago the last 429 was.</param>
    /// <param name="window">The default family's minimum interval.</param>
    public double After(TimeSpan since, TimeSpan window)
    {
        var grown = since / (GrowthWindows * window);
        return Math.Clamp(Math.Min(Share + grown, Ceiling + grown / CeilingGrowths), Least, 1);
    }

    /// <summary>What another 429 leaves of it.</summary>
    /// <param name="since">How long ago the one before was.</param>
    /// <param name="window">The default family's minimum interval.</param>
    public Pace Throttled(TimeSpan since, TimeSpan window)
    {
        var now = After(since, window);
        return new(Math.Max(Least, now * AfterThrottling), Math.Max(Least, now * BelowThrottling));
    }
}
