using System.Collections.Immutable;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Outcomes;

/// <summary>A task's end, before it is recorded.</summary>
internal sealed record Outcome
{
    public required Guid Task { get; init; }

    /// <summary>One of the ended <see cref="TaskStatuses"/>.</summary>
    public required string Status { get; init; }
    public required string Family { get; init; }
    public string? Model { get; init; }
    public DateTimeOffset? UpstreamCreatedAt { get; init; }
    public ImmutableArray<string> VideoUrls { get; init; } = [];
    public DateTimeOffset? VideoUrlExpiresAt { get; init; }
    public decimal? ActualDuration { get; init; }
    public TaskError? Error { get; init; }
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>When the answer that ended it was read, by the database's clock.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>How long the video of a <c>completed</c> task took; null where that cannot be told.</summary>
    public ObservedDuration? Observed { get; init; }

    /// <summary>The type of the event that tells of it.</summary>
    public string EventType => "task." + Status;

    /// <summary>The same end without anything that came from outside, for a row that PostgreSQL refused.</summary>
    public Outcome WithoutTexts() => this with
    {
        // A completed task has a link by definition; without one it is the end that says so.
        Status = Status == TaskStatuses.Completed ? TaskStatuses.CompletedWithoutUrl : Status,
        Model = null,
        VideoUrls = [],
        VideoUrlExpiresAt = null,
        ActualDuration = null,
        UpstreamCreatedAt = null,
        Error = Error is null ? null : new TaskError(Error.Code, null),
        Warnings = [],
        Observed = null,
    };
}
