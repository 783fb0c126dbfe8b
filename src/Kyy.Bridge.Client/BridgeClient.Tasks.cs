using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

// What there is of tasks besides registering, reading and stopping one.
public sealed partial class BridgeClient
{
    /// <summary>
    /// Stops up to 10,000 tasks and cancels their pending deliveries, as often as it is called. An id that is no task of the caller's
    /// is told in the result and affects no other.
    /// </summary>
    /// <param name="ids">The bridge's ids, <c>tsk_…</c>.</param>
    /// <param name="erase">Also removes metadata, links, and the bodies of events and responses.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition that differs is refused with 422.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; some of the tasks may have been stopped nevertheless.</param>
    public Task<StopResult> StopManyAsync(
        IReadOnlyList<string> ids, bool erase = false, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            Addresses.WithQuery(Addresses.Stop, ("erase", erase ? "true" : null)),
            new TaskStop(ids),
            BridgeJson.Requests.TaskStop,
            BridgeJson.Wire.StopResult,
            idempotencyKey,
            cancellationToken);

    /// <summary>Reads what happened to a task, what comes next, and why it stands as it does.</summary>
    /// <param name="id">The bridge's id, <c>tsk_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<TaskTimeline> GetTimelineAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.GetAsync($"{Addresses.Task(id)}/timeline", BridgeJson.Wire.TaskTimeline, cancellationToken);

    /// <summary>
    /// Has the upstream asked once more about a completed task, for a fresh link, though never sooner than the minimum after its last
    /// poll; <see cref="EventTypes.TaskResultRefreshed"/> tells of it. Where there is none to be had, that is a 409.
    /// </summary>
    /// <returns>When the upstream is asked.</returns>
    /// <param name="id">The bridge's id, <c>tsk_…</c>.</param>
    /// <param name="idempotencyKey">1 to 255 characters.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public async Task<DateTimeOffset> RefreshAsync(
        string id, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var accepted = await _bridge.PostAsync(
            $"{Addresses.Task(id)}/refresh", BridgeJson.Wire.PollAccepted, idempotencyKey, cancellationToken);
        return accepted.NextPollAt;
    }

    /// <summary>Reads what needs attention, each with the call that mends it; an admin's key reads that of every client.</summary>
    public Task<Attention> GetAttentionAsync(CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(Addresses.Attention, BridgeJson.Wire.Attention, cancellationToken);
}
