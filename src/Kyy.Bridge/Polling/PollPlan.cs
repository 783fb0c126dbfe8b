using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Polling;

/// <summary>
/// When a task is asked after next: a pure function of its window, the estimate of its duration, its age, a jitter and the usual lateness.
/// </summary>
/// <remarks>
/// <para>
/// A poll where the first videos are finished, at the estimate's minimum <c>m</c>, would find nothing: it is left out, and the next one
/// comes a shortest interval after <c>m</c>. It comes a hundredth of the estimate's range later still, since landing late is the cheapest
/// way to save polls: the mean delay grows by about that hundredth. Never later than the estimate's maximum, though, when all are finished.
/// Up to there the plan takes as few polls as the longest interval allows, evenly spaced, so that an early end is not found late.
/// From <c>m</c> on it is the minimum, past twice the estimate's maximum the longest interval, and without an estimate the minimum.
/// </para>
/// <para>
/// That is what the optimum by dynamic programming does, up to 1 % of delay at the same number of polls (the tests compute it). It saves a
/// quarter of the polls of always-minimum. Jitter only lengthens. Exponential back-off is worse in both delay and polls.
/// </para>
/// </remarks>
internal static class PollPlan
{
    /// <summary>The finest step that the loops keep: a slack below it could not be kept on a busy machine.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private const double SlackShare = 0.03, JitterShare = 0.1, LandingShare = 0.01, HeadroomShare = 0.1, UnknownLatenessShare = 0.01;

    // A claim's round trip and a busy loop take their time whatever the window is.
    private static readonly TimeSpan LeastUnknownLateness = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long after its claim a poll may still start: the planned interval is longer than the minimum by this much, so that a
    /// late poll followed by a punctual one still keeps the minimum.
    /// </summary>
    public static TimeSpan Slack(PollWindow window) => Max(window.Min * SlackShare, Tick);

    /// <summary>The shortest interval that is ever planned.</summary>
    public static TimeSpan Shortest(PollWindow window) => window.Min + Slack(window);

    /// <summary>
    /// The longest interval that is ever planned: short of the maximum by the slack and by what claims are usually late, together at
    /// most a tenth of the maximum.
    /// </summary>
    /// <param name="window">The window that the family's document recommends.</param>
    /// <param name="lateness">By how much claims usually miss their due time; null where nobody has measured it.</param>
    public static TimeSpan Longest(PollWindow window, TimeSpan? lateness = null)
    {
        var late = lateness is { } measured ? Max(measured, TimeSpan.Zero) : Max(window.Max * UnknownLatenessShare, LeastUnknownLateness);
        return Max(Shortest(window), window.Max - Min(Slack(window) + late, window.Max * HeadroomShare));
    }

    /// <summary>The interval from this claim to the next one.</summary>
    /// <param name="window">The window that the family's document recommends.</param>
    /// <param name="estimate">How long such videos usually take; null where nothing is known.</param>
    /// <param name="age">How long ago the upstream created the task.</param>
    /// <param name="jitter">From 0 to 1, the same for all tasks of a slot, so that they stay in phase.</param>
    /// <param name="lateness">By how much claims usually miss their due time; null where nobody has measured it.</param>
    public static TimeSpan Next(PollWindow window, Estimate? estimate, TimeSpan age, double jitter, TimeSpan? lateness = null)
    {
        var longest = Longest(window, lateness);
        var planned = estimate is null ? window.Min : Wanted(window, longest, estimate, age);
        var lengthened = planned * (1 + JitterShare * jitter);
        return Min(Max(lengthened, Shortest(window)), longest);
    }

    private static TimeSpan Wanted(PollWindow window, TimeSpan longest, Estimate estimate, TimeSpan age)
    {
        if (age >= estimate.Min) return age > estimate.Max * 2 ? longest : window.Min;

        var polls = Math.Ceiling((estimate.Min - age) / longest);
        return (Landing(window, estimate) - age) / polls;
    }

    // The age of the first poll that can find an end.
    private static TimeSpan Landing(PollWindow window, Estimate estimate) =>
        Min(estimate.Min + Shortest(window) + (estimate.Max - estimate.Min) * LandingShare, estimate.Max);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
