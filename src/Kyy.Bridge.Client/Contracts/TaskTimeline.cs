using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>What happened to a task and what comes next, for people: the answer to <c>GET /v1/tasks/{id}/timeline</c>.</summary>
public sealed record TaskTimeline
{
    /// <inheritdoc cref="BridgeTask.Id"/>
    public required string Id { get; init; }

    /// <inheritdoc cref="BridgeTask.TaskId"/>
    public required string TaskId { get; init; }

    /// <inheritdoc cref="BridgeTask.Status"/>
    public required string Status { get; init; }

    /// <inheritdoc cref="BridgeTask.Ended"/>
    public required bool Ended { get; init; }

    /// <summary>Why it stands as it does, in a sentence or two of plain English. Not for programs: the wording may change.</summary>
    public required string Why { get; init; }

    /// <summary>What happened, the oldest first: the latest 200.</summary>
    public required IReadOnlyList<TimelineEntry> Past { get; init; }

    /// <summary>What comes next as things stand, the soonest first.</summary>
    public required IReadOnlyList<TimelineEntry> Next { get; init; }

    /// <summary>Whether there was more than is shown.</summary>
    public required bool Truncated { get; init; }

    /// <inheritdoc cref="BridgeTask.ClientId"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }
}
