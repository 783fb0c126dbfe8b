using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>One upstream task, tracked for one client.</summary>
/// <remarks>
/// What is <c>required</c> in these records is in every answer. A member that is added to the surface later is never made required,
/// because a newer library may talk to an older service.
/// </remarks>
public sealed record BridgeTask
{
    /// <summary>The bridge's id, <c>tsk_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The upstream's id, as registered.</summary>
    public required string TaskId { get; init; }

    /// <summary>The caller's own id, as registered.</summary>
    public string? Reference { get; init; }

    /// <summary>One of <see cref="Families"/>; null until the registration or the upstream has told it.</summary>
    public string? Family { get; init; }

    /// <summary>The model as the upstream reports it; null until it has.</summary>
    public string? Model { get; init; }

    /// <summary>One of <see cref="ServiceTiers"/>.</summary>
    public required string ServiceTier { get; init; }

    /// <summary>One of <see cref="TaskStatuses"/>, which may grow: decide on <see cref="Ended"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Whether the status is final.</summary>
    public required bool Ended { get; init; }

    /// <summary>The video's link; never null where the status is <c>completed</c>.</summary>
    public string? VideoUrl { get; init; }

    /// <summary>All links, where the upstream gave several; <see cref="VideoUrl"/> is the first.</summary>
    public IReadOnlyList<string> VideoUrls { get; init; } = [];

    /// <summary>When the link dies; null where that is not documented.</summary>
    public DateTimeOffset? VideoUrlExpiresAt { get; init; }

    /// <summary>The archived copy; null where there is none to be.</summary>
    public TaskArchive? Archive { get; init; }

    /// <summary>The video's length in seconds as the upstream wrote it: a decimal, because 5.0 is to stay 5.0.</summary>
    public decimal? ActualDuration { get; init; }

    /// <summary>Why there is no video; null while the task is alive and where it has one.</summary>
    public TaskError? Error { get; init; }

    /// <summary>What the caller should know, for instance <see cref="TaskWarnings.NoDestination"/>.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>When the upstream says that it created the task.</summary>
    public DateTimeOffset? UpstreamCreatedAt { get; init; }

    /// <summary>When the task was registered.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When the upstream was asked last; null before the first time.</summary>
    public DateTimeOffset? LastPolledAt { get; init; }

    /// <summary>When it is asked next; null where the task has ended and no fresh link was asked for.</summary>
    public DateTimeOffset? NextPollAt { get; init; }

    /// <summary>How often it was asked.</summary>
    public int Polls { get; init; }

    /// <summary>How many polls in a row brought no understood answer.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>The latest poll that brought no understood answer.</summary>
    public TaskFailure? LastFailure { get; init; }

    /// <summary>When the task ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>After this time and a look after it, a task without an end is <c>timed_out</c>.</summary>
    public required DateTimeOffset DeadlineAt { get; init; }

    /// <summary>The callbacks registered for the task.</summary>
    public IReadOnlyList<string> CallbackUrls { get; init; } = [];

    /// <summary>The registration's metadata, byte for byte; <c>{}</c> where there was none.</summary>
    public RawJson Metadata { get; init; } = RawJson.EmptyObject;

    /// <summary>How its deliveries stand.</summary>
    public required DeliveryCounts Deliveries { get; init; }

    /// <summary>Whose task it is; told to admins only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }
}
