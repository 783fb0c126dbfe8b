using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tasks;

/// <summary>The events that a task's callback can ask for.</summary>
internal static class CallbackEvents
{
    /// <summary>The ends: what a callback gets that asks for nothing in particular.</summary>
    public static readonly string[] Ends =
    [
        EventTypes.TaskCompleted, EventTypes.TaskCompletedWithoutUrl, EventTypes.TaskFailed, EventTypes.TaskCancelled,
        EventTypes.TaskExpired, EventTypes.TaskLost, EventTypes.TaskTimedOut,
    ];

    public static readonly string[] All = [EventTypes.TaskQueued, EventTypes.TaskProcessing, .. Ends, EventTypes.TaskResultRefreshed];
}
