namespace Kyy.Bridge.Deliveries;

/// <summary>
/// An endpoint's rate limit: so many attempts a second, spread evenly, in bursts of at most a tenth of it. A pure function of the limit,
/// the moment from which the next one is due, and now.
/// </summary>
/// <remarks>
/// The generic cell rate algorithm. A burst and the turns of a second after it come to the limit together, whatever second is looked at.
/// Turns are a tenth longer than that, because between the claim and the receiver an attempt may be late and meet those after it.
/// </remarks>
/// <param name="PerSecond">The limit, from 1 on.</param>
internal readonly record struct RateTurns(int PerSecond)
{
    private const double Margin = 0.9;

    private int Burst => Math.Max(1, PerSecond / 10);

    private TimeSpan Turn => TimeSpan.FromSeconds(1 / (Margin * (PerSecond - Burst + 1)));

    /// <summary>How many may begin now.</summary>
    public int Now(DateTimeOffset? nextAt, DateTimeOffset now) =>
        (int)Math.Max(0, Math.Floor((now - First(nextAt, now)).Ticks / (double)Turn.Ticks) + 1);

    /// <summary>From when on the next one is due, once so many have begun.</summary>
    public DateTimeOffset After(DateTimeOffset? nextAt, DateTimeOffset now, int begun) => First(nextAt, now) + begun * Turn;

    // What was not used is saved up for one burst and no more.
    private DateTimeOffset First(DateTimeOffset? nextAt, DateTimeOffset now)
    {
        var earliest = now - (Burst - 1) * Turn;
        return nextAt > earliest ? nextAt.Value : earliest;
    }
}
