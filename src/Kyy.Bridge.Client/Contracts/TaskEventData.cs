namespace Kyy.Bridge.Client.Contracts;

/// <summary>The <c>data</c> of every <c>task.*</c> event: the task as it was when the event happened, never changed afterwards.</summary>
public sealed record TaskEventData
{
    /// <inheritdoc cref="BridgeTask.Id"/>
    public required string Id { get; init; }

    /// <inheritdoc cref="BridgeTask.TaskId"/>
    public required string TaskId { get; init; }

    /// <inheritdoc cref="BridgeTask.Reference"/>
    public string? Reference { get; init; }

    /// <inheritdoc cref="BridgeTask.Family"/>
    public string? Family { get; init; }

    /// <inheritdoc cref="BridgeTask.Model"/>
    public string? Model { get; init; }

    /// <inheritdoc cref="BridgeTask.ServiceTier"/>
    public required string ServiceTier { get; init; }

    /// <inheritdoc cref="BridgeTask.Status"/>
    public required string Status { get; init; }

    /// <inheritdoc cref="BridgeTask.Ended"/>
    public required bool Ended { get; init; }

    /// <inheritdoc cref="BridgeTask.VideoUrl"/>
    public string? VideoUrl { get; init; }

    /// <inheritdoc cref="BridgeTask.VideoUrls"/>
    public IReadOnlyList<string> VideoUrls { get; init; } = [];

    /// <inheritdoc cref="BridgeTask.VideoUrlExpiresAt"/>
    public DateTimeOffset? VideoUrlExpiresAt { get; init; }

    /// <inheritdoc cref="BridgeTask.Archive"/>
    public TaskArchive? Archive { get; init; }

    /// <inheritdoc cref="BridgeTask.ActualDuration"/>
    public decimal? ActualDuration { get; init; }

    /// <inheritdoc cref="BridgeTask.Error"/>
    public TaskError? Error { get; init; }

    /// <inheritdoc cref="BridgeTask.Warnings"/>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <inheritdoc cref="BridgeTask.UpstreamCreatedAt"/>
    public DateTimeOffset? UpstreamCreatedAt { get; init; }

    /// <inheritdoc cref="BridgeTask.RegisteredAt"/>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <inheritdoc cref="BridgeTask.EndedAt"/>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>
    /// Orders the events of a task, which may arrive in any order: queued 1, processing 2, the end 3, later ones above. Gaps are
    /// normal: compare, never wait for a number.
    /// </summary>
    public required int Sequence { get; init; }

    /// <inheritdoc cref="BridgeTask.Metadata"/>
    public RawJson Metadata { get; init; } = RawJson.EmptyObject;
}
