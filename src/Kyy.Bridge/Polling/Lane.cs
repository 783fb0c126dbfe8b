namespace Kyy.Bridge.Polling;

/// <summary>What is claimed and limited together: the tasks of one upstream key, family and tier.</summary>
internal sealed class Lane
{
    public required int Id { get; init; }
    public required Guid UpstreamKeyId { get; init; }
    public required string Family { get; init; }
    public required string Tier { get; init; }

    /// <summary>Failures in a row that concern the lane rather than one task: transport, 429, 5xx, unreadable bodies.</summary>
    public int Failures { get; init; }
    public DateTimeOffset? LastFailureAt { get; init; }
    public string? LastFailureKind { get; init; }
    public int? LastFailureStatus { get; init; }
    public string? LastFailureDetail { get; init; }
}
