using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>What happened to a task and what comes next, for people: the answer to <c>GET /v1/tasks/{id}/timeline</c>.</summary>
public sealed record TaskTimeline
{
    /// <summary>The bridge's id, <c>tsk_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The upstream's id, as registered.</summary>
    public required string TaskId { get; init; }

    /// <summary>One of <see cref="TaskStatuses"/>, which may grow: decide on <see cref="Ended"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Whether the status is final.</summary>
    public required bool Ended { get; init; }

    /// <summary>Why it stands as it does, in a sentence or two of plain English. Not for programs: the wording may change.</summary>
    public required string Why { get; init; }

    /// <summary>What happened, the oldest first: the latest 200.</summary>
    public required IReadOnlyList<TimelineEntry> Past { get; init; }

    /// <summary>What comes next as things stand, the soonest first.</summary>
    public required IReadOnlyList<TimelineEntry> Next { get; init; }

    /// <summary>Whether there was more than is shown.</summary>
    public required bool Truncated { get; init; }

    /// <summary>Whose task it is, <c>cli_…</c>; told to admins only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }
}
