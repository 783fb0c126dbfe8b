namespace Kyy.Bridge.Client.Contracts;

/// <summary>The types of events that this version knows; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class EventTypes
{
    /// <summary>The upstream has the task in its queue. Opt-in.</summary>
    public const string TaskQueued = "task.queued";

    /// <summary>The upstream works on the task. Opt-in.</summary>
    public const string TaskProcessing = "task.processing";

    /// <summary>The task ended as <see cref="TaskStatuses.Completed"/>.</summary>
    public const string TaskCompleted = "task.completed";

    /// <summary>The task ended as <see cref="TaskStatuses.CompletedWithoutUrl"/>.</summary>
    public const string TaskCompletedWithoutUrl = "task.completed_without_url";

    /// <summary>The task ended as <see cref="TaskStatuses.Failed"/>.</summary>
    public const string TaskFailed = "task.failed";

    /// <summary>The task ended as <see cref="TaskStatuses.Cancelled"/>.</summary>
    public const string TaskCancelled = "task.cancelled";

    /// <summary>The task ended as <see cref="TaskStatuses.Expired"/>.</summary>
    public const string TaskExpired = "task.expired";

    /// <summary>The task ended as <see cref="TaskStatuses.Lost"/>.</summary>
    public const string TaskLost = "task.lost";

    /// <summary>The task ended as <see cref="TaskStatuses.TimedOut"/>.</summary>
    public const string TaskTimedOut = "task.timed_out";

    /// <summary>The video's copy is complete. Opt-in.</summary>
    public const string TaskArchived = "task.archived";

    /// <summary>A fresh link was asked for and is there. Opt-in.</summary>
    public const string TaskResultRefreshed = "task.result_refreshed";

    /// <summary>A test of an endpoint.</summary>
    public const string EndpointPing = "endpoint.ping";

    /// <summary>An endpoint was disabled. Opt-in.</summary>
    public const string EndpointDisabled = "endpoint.disabled";

    /// <summary>The upstream refuses a key; its tasks are paused. Opt-in.</summary>
    public const string UpstreamKeyRejected = "upstream_key.rejected";

    /// <summary>The upstream accepts the key again, or the key was replaced. Opt-in.</summary>
    public const string UpstreamKeyRestored = "upstream_key.restored";
}
