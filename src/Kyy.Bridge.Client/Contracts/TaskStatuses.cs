namespace Kyy.Bridge.Client.Contracts;

/// <summary>
/// The statuses of a task that this version knows. They are strings, not an enum, because more may be added within <c>/v1</c>: an
/// enum would make an answer with a new one unreadable, where a string is only unknown. The same holds for the other lists of names.
/// </summary>
public static class TaskStatuses
{
    /// <summary>The upstream has not answered for the task yet.</summary>
    public const string Registered = "registered";

    /// <summary>The upstream has it in its queue.</summary>
    public const string Queued = "queued";

    /// <summary>The upstream works on it.</summary>
    public const string Processing = "processing";

    /// <summary>Ended: the video is there.</summary>
    public const string Completed = "completed";

    /// <summary>Ended: the upstream said completed, and three more polls brought no link.</summary>
    public const string CompletedWithoutUrl = "completed_without_url";

    /// <summary>Ended: the upstream said that it failed.</summary>
    public const string Failed = "failed";

    /// <summary>Ended: the upstream said that it was cancelled.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Ended: the upstream said so, or its record was gone after its documented life.</summary>
    public const string Expired = "expired";

    /// <summary>Ended: the upstream does not know the id, past the grace time, or refuses this one.</summary>
    public const string Lost = "lost";

    /// <summary>Ended: the deadline passed, and a look after it found no end.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>Ended: someone stopped the tracking.</summary>
    public const string Stopped = "stopped";
}
