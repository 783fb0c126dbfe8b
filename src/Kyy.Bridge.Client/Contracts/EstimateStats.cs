namespace Kyy.Bridge.Client.Contracts;

/// <summary>How long the videos of some models take. Polls are planned by it, inside the documented window whatever it says.</summary>
/// <param name="Family">One of <see cref="Families"/>.</param>
/// <param name="Model">A model that was observed, or a pattern of models: <c>*</c> stands for any characters.</param>
/// <param name="ServiceTier">One of <see cref="ServiceTiers"/>.</param>
/// <param name="Documented">What the upstream's documents say; null where they say nothing.</param>
/// <param name="Configured">What the operator has configured instead; null where that is nothing else.</param>
/// <param name="Learned">What nine of ten observed videos kept to; null while too few of them were observed.</param>
/// <param name="Observed">How many were observed; older ones fade.</param>
/// <param name="InUse"><c>documented</c>, <c>configured</c> or <c>learned</c>; null where none of them is known.</param>
public sealed record EstimateStats(
    string Family,
    string Model,
    string ServiceTier,
    EstimateRange? Documented,
    EstimateRange? Configured,
    EstimateRange? Learned,
    long Observed,
    string? InUse);

/// <summary>A range of durations.</summary>
/// <param name="MinSeconds">Hardly ever less, in seconds.</param>
/// <param name="MaxSeconds">Usually not more, in seconds.</param>
public sealed record EstimateRange(double MinSeconds, double MaxSeconds);
