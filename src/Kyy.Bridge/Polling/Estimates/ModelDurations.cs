namespace Kyy.Bridge.Polling.Estimates;

/// <summary>How long finished videos of one model and tier took: a histogram with fixed bounds.</summary>
internal sealed class ModelDurations
{
    public required string Model { get; init; }
    public required string Tier { get; init; }
    public required double[] Buckets { get; init; }
    public long Observed { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
}
