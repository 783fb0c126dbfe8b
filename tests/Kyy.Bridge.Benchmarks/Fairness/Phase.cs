namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>What the quiet client saw in one stretch of time.</summary>
/// <param name="WithNoise">Whether others made noise.</param>
/// <param name="Round">From 1.</param>
/// <param name="Measured">From an event's creation to its webhook's arrival, for each that arrived.</param>
/// <param name="Missing">Events that had not arrived long after.</param>
/// <param name="Processors">Which share of the processors' time was used, by whomever; null where that is unknown.</param>
internal sealed record Phase(bool WithNoise, int Round, IReadOnlyList<TimeSpan> Measured, int Missing, double? Processors)
{
    public string Name => $"{Kind(WithNoise)} {Round}";

    public static string Kind(bool withNoise) => withNoise ? "with noise" : "alone";
}
