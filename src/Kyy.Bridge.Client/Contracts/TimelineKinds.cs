namespace Kyy.Bridge.Client.Contracts;

/// <summary>The kinds of a timeline's entries that this version knows; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class TimelineKinds
{
    /// <summary>The task was registered.</summary>
    public const string Registered = "registered";

    /// <summary>A callback was added.</summary>
    public const string CallbackAdded = "callback_added";

    /// <summary>A callback's receiver answered 410: it gets nothing more.</summary>
    public const string CallbackDisabled = "callback_disabled";

    /// <summary>The upstream was heard to have it in its queue.</summary>
    public const string Queued = "queued";

    /// <summary>The upstream was heard to work on it.</summary>
    public const string Processing = "processing";

    /// <summary>The latest poll.</summary>
    public const string Polled = "polled";

    /// <summary>The latest poll that brought no understood answer.</summary>
    public const string Failure = "failure";

    /// <summary>The task ended.</summary>
    public const string Ended = "ended";

    /// <summary>Someone stopped it.</summary>
    public const string Stopped = "stopped";

    /// <summary>A new task was started in its place.</summary>
    public const string Superseded = "superseded";

    /// <summary>What was said about it was removed.</summary>
    public const string Erased = "erased";

    /// <summary>An event was made.</summary>
    public const string Event = "event";

    /// <summary>An attempt to deliver an event; among what comes next, the next one.</summary>
    public const string Attempt = "attempt";

    /// <summary>A delivery was given up.</summary>
    public const string DeliveryDead = "delivery_dead";

    /// <summary>A delivery was cancelled.</summary>
    public const string DeliveryCancelled = "delivery_cancelled";

    /// <summary>A fresh link was asked for.</summary>
    public const string RefreshRequested = "refresh_requested";

    /// <summary>What comes next: a poll.</summary>
    public const string Poll = "poll";

    /// <summary>What comes next: a poll for a fresh link.</summary>
    public const string Refresh = "refresh";

    /// <summary>What comes next: the deadline.</summary>
    public const string Deadline = "deadline";
}
