namespace Kyy.Bridge.Polling;

/// <summary>A task that was claimed for one poll, with what its answer will be judged by. Durations are PostgreSQL's, as of the claim.</summary>
internal sealed record DueTask
{
    public required Guid Id { get; init; }
    public required Guid ClientId { get; init; }
    public required string TaskId { get; init; }
    public required Guid UpstreamKeyId { get; init; }

    /// <summary>Null until the upstream has named a model, unless the caller named the family.</summary>
    public string? Family { get; init; }
    public bool FamilyGiven { get; init; }
    public required string Tier { get; init; }
    public string? Model { get; init; }
    public required string Status { get; init; }

    /// <summary>Whether anybody asked for <c>task.queued</c> or <c>task.processing</c>.</summary>
    public bool WantsTransitions { get; init; }

    /// <summary>Answers in a row that said "not found", those of the grace time not counted.</summary>
    public int NotFound { get; init; }

    /// <summary>Answers that said completed and brought no link.</summary>
    public int UrlMissing { get; init; }

    /// <summary>Answers in a row that concerned this task alone and told nothing of it.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>Whether the last of those was a refusal of this task while the key worked for others.</summary>
    public bool IsForbidden { get; init; }
    public DateTimeOffset? UpstreamCreatedAt { get; init; }

    /// <summary>Polls claimed so far, this one included: a later claim has another number.</summary>
    public required int Polls { get; init; }

    /// <summary>The poll before this one, for handing the claim back.</summary>
    public DateTimeOffset? LastPolledAt { get; init; }

    /// <summary>From the claim before to this one; null where this is the first.</summary>
    public TimeSpan? SincePollBefore { get; init; }

    /// <summary>By how much this claim missed its due time.</summary>
    public TimeSpan Late { get; init; }

    /// <summary>How long ago the upstream created it, by its own <c>created</c> within sane limits.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>How long ago it was registered.</summary>
    public required TimeSpan RegisteredFor { get; init; }

    /// <summary>What was left until its deadline; negative where it has passed.</summary>
    public required TimeSpan DeadlineIn { get; init; }

    /// <summary>Whether the deadline waits for an answer however long ago it passed: an operator held the task meanwhile.</summary>
    public bool LimitWaits { get; init; }
}
