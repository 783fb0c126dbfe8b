namespace Kyy.Bridge.Emulator.Upstream.Limits;

/// <summary>What is refused for coming too often; null where nothing is. Also the body of <c>PUT /control/limits</c>.</summary>
internal sealed record LimitOptions
{
    public RateLimit? PerKey { get; init; }

    public RateLimit? PerAddress { get; init; }

    public EarlyPollLimit? EarlyPolls { get; init; }

    /// <exception cref="ArgumentException">A limit lets nothing through, or has no duration.</exception>
    public LimitOptions Checked()
    {
        foreach (var limit in new[] { PerKey, PerAddress })
        {
            if (limit is { Requests: < 1 }) throw new ArgumentException("'requests' is at least 1.");
            if (limit is not null && limit.Window <= TimeSpan.Zero) throw new ArgumentException("'window' is longer than nothing.");
        }

        if (EarlyPolls is { } early && (early.Gap <= TimeSpan.Zero || early.Penalty < TimeSpan.Zero))
            throw new ArgumentException("'gap' is longer than nothing, and 'penalty' is not negative.");
        return this;
    }
}
