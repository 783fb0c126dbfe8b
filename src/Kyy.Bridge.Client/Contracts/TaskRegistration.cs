namespace Kyy.Bridge.Client.Contracts;

/// <summary>Registers an upstream task: the body of <c>POST /v1/tasks</c>, and an item of a batch. What is null is not sent.</summary>
/// <remarks>URLs are strings in all records: <see cref="Uri"/> would normalise what has to come back as it was given.</remarks>
public sealed record TaskRegistration
{
    /// <summary>The upstream's id: 1 to 200 characters, no control characters, not <c>.</c> or <c>..</c>.</summary>
    public required string TaskId { get; init; }

    /// <summary>
    /// Where the outcome is sent: an absolute http or https URL of at most 2,048 characters, without user info and fragment.
    /// Null where endpoints, waiting or listing serve instead.
    /// </summary>
    public string? CallbackUrl { get; init; }

    /// <summary>One of <see cref="Families"/>; null takes it from the model that the upstream reports.</summary>
    public string? Family { get; init; }

    /// <summary>One of <see cref="ServiceTiers"/>; flex needs <see cref="Family"/>. Null stands for the default tier.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>The <see cref="EventTypes"/> that go to <see cref="CallbackUrl"/>; null stands for the ending ones.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>An object of at most 4 KiB, echoed byte for byte in every event.</summary>
    public RawJson? Metadata { get; init; }

    /// <summary>The caller's own id, at most 200 characters, searchable.</summary>
    public string? Reference { get; init; }

    /// <summary>The name of one of the client's upstream keys; null stands for <c>default</c>.</summary>
    public string? UpstreamKey { get; init; }

    /// <summary>After this many seconds without an end the task is <c>timed_out</c>: 60 to 604,800; null takes the family's.</summary>
    public int? DeadlineSeconds { get; init; }

    /// <summary>Whether the video is copied to the archive, where there is one; null takes the client's default.</summary>
    public bool? Archive { get; init; }

    /// <summary>True starts a new task where the known one is <c>stopped</c>, <c>lost</c> or <c>timed_out</c>.</summary>
    public bool? Restart { get; init; }
}
