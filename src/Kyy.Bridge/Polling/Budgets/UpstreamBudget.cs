namespace Kyy.Bridge.Polling.Budgets;

/// <summary>What all upstream keys of one value and base URL share: how often the upstream may be asked with it, and whether at all.</summary>
internal sealed class UpstreamBudget
{
    public required int Id { get; init; }
    public required byte[] Fingerprint { get; init; }
    public required string State { get; init; }
    public DateTimeOffset StateSince { get; init; }
    public string? Reason { get; init; }
    public int? StatusCode { get; init; }
    public DateTimeOffset? PausedUntil { get; init; }
    public DateTimeOffset? ReopenedAt { get; init; }
    public DateTimeOffset? ProbeUntil { get; init; }
    public int Trips { get; init; }
    public double Pace { get; init; }
    public double Ceiling { get; init; }
    public DateTimeOffset PaceAt { get; init; }
}
