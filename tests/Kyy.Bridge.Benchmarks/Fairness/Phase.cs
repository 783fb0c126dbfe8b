namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>What the quiet client saw in one stretch of time.</summary>
/// <param name="Company">Who else was there.</param>
/// <param name="Round">From 1.</param>
/// <param name="Measured">From an event's creation to its webhook's arrival, for each that arrived.</param>
/// <param name="Missing">Events that had not arrived long after.</param>
/// <param name="Processors">Which share of the processors' time was used, by whomever; null where that is unknown.</param>
internal sealed record Phase(Company Company, int Round, IReadOnlyList<TimeSpan> Measured, int Missing, double? Processors)
{
    /// <summary>Attempts a second that came to the others' receivers meanwhile.</summary>
    public double OthersPerSecond { get; init; }

    public string Name => $"{Kind(Company)} {Round}";

    public static string Kind(Company company) => company switch
    {
        Company.Alone => "alone",
        Company.Well => "others well",
        _ => "others unwell",
    };
}
