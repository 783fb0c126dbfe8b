using System.Collections.Immutable;

namespace Kyy.Bridge.Outcomes;

/// <summary>A fresh link of a completed task, before it is recorded.</summary>
internal sealed record FreshLink
{
    public required Guid Task { get; init; }

    /// <summary>Which of the task's fresh links, from 1.</summary>
    public required int Refresh { get; init; }
    public string? Family { get; init; }
    public required ImmutableArray<string> VideoUrls { get; init; }
    public DateTimeOffset? VideoUrlExpiresAt { get; init; }
    public decimal? ActualDuration { get; init; }
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>When the task ended: that does not change.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>When the answer was read, by the database's clock.</summary>
    public required DateTimeOffset ReadAt { get; init; }
}
