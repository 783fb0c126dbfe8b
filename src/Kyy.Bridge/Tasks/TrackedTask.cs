namespace Kyy.Bridge.Tasks;

/// <summary>One upstream task that is tracked for one client: the row, for cold reads.</summary>
internal sealed class TrackedTask
{
    public required Guid Id { get; init; }
    public required Guid ClientId { get; init; }
    public required Guid UpstreamKeyId { get; init; }
    public required string TaskId { get; init; }
    public string? Family { get; init; }
    public bool FamilyGiven { get; init; }
    public required string ServiceTier { get; init; }
    public bool ServiceTierGiven { get; init; }
    public string? Reference { get; init; }
    public byte[]? Metadata { get; init; }
    public int? DeadlineSeconds { get; init; }
    public DateTimeOffset RegisteredAt { get; init; }
    public DateTimeOffset DeadlineAt { get; init; }
    public DateTimeOffset? SupersededAt { get; init; }
    public DateTimeOffset? ErasedAt { get; init; }
    public bool Transitions { get; init; }

    public required string Status { get; init; }
    public string? Model { get; init; }
    public DateTimeOffset? UpstreamCreatedAt { get; init; }
    public long? SlotId { get; init; }
    public DateTimeOffset? NextPollAt { get; init; }
    public DateTimeOffset? LastPolledAt { get; init; }
    public int Polls { get; init; }
    public int NotFound { get; init; }
    public int UrlMissing { get; init; }
    public int ConsecutiveFailures { get; init; }
    public DateTimeOffset? LastFailureAt { get; init; }
    public string? LastFailureKind { get; init; }
    public int? LastFailureStatus { get; init; }
    public string? LastFailureDetail { get; init; }

    /// <summary>When the upstream was first heard to say so.</summary>
    public DateTimeOffset? QueuedAt { get; init; }
    public DateTimeOffset? ProcessingAt { get; init; }

    /// <summary>An ended task whose link is to be fetched afresh: when it is asked about next.</summary>
    public DateTimeOffset? RefreshDueAt { get; init; }

    /// <summary>Since when that is wanted.</summary>
    public DateTimeOffset? RefreshRequestedAt { get; init; }

    /// <summary>Answers in a row that brought no link.</summary>
    public int RefreshTries { get; init; }

    /// <summary>Fresh links that were fetched.</summary>
    public int Refreshes { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
    public Guid? Batch { get; init; }
    public required string[] VideoUrls { get; init; }
    public DateTimeOffset? VideoUrlExpiresAt { get; init; }
    public decimal? ActualDuration { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    public required string[] Warnings { get; init; }
}
