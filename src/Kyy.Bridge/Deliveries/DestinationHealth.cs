namespace Kyy.Bridge.Deliveries;

/// <summary>How a destination is, as its row says, and how much it gets for that.</summary>
/// <param name="ConsecutiveFailures">Failures since the last success.</param>
/// <param name="SlowSteps">Slow-downs in a row.</param>
/// <param name="SlowFor">How long it is to be left alone; zero or less, or null, where it is not.</param>
internal readonly record struct DestinationHealth(int ConsecutiveFailures, int SlowSteps, TimeSpan? SlowFor)
{
    /// <summary>From so many failures in a row on a destination is on probation.</summary>
    public const int Probation = 10;

    private const int ProbesOnProbation = 2, ProbesWhileSlow = 1;

    /// <summary>
    /// How many POSTs it may have in flight of this process: one that was slowed down a single probe, one on probation two, so that
    /// receivers that hang or are dead shrink to next to nothing; any other its share.
    /// </summary>
    public int Most(int share) =>
        Math.Min(share, SlowSteps > 0 ? ProbesWhileSlow : ConsecutiveFailures >= Probation ? ProbesOnProbation : share);
}
