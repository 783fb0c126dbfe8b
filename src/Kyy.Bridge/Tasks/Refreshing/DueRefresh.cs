using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tasks.Refreshing;

/// <summary>A completed task that was claimed for one look at its link, with what it was before.</summary>
internal sealed record DueRefresh
{
    /// <summary>The task as a request for it needs it.</summary>
    public required DueTask Task { get; init; }

    /// <summary>How often it may be asked about.</summary>
    public required PollWindow Window { get; init; }

    /// <summary>When it was due before the claim moved that on, for handing the claim back.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Fresh links that were fetched before: what is recorded is the next one, once.</summary>
    public required int Refreshes { get; init; }

    public required DateTimeOffset EndedAt { get; init; }
    public required string[] VideoUrls { get; init; }
    public DateTimeOffset? VideoUrlExpiresAt { get; init; }
    public decimal? ActualDuration { get; init; }
}
