using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

/// <summary>Typed calls of the bridge's public surface. One instance serves any number of threads.</summary>
/// <remarks>
/// <para>
/// Nothing is repeated in secret: one call is one request, except where a method says that it asks again. A 429 or 503 comes as a
/// <see cref="BridgeException"/> with its <see cref="BridgeException.RetryAfter"/>. Registering is idempotent by nature and may be
/// repeated freely; other POSTs may be repeated with the same idempotency key.
/// </para>
/// <para>
/// Every method throws <see cref="BridgeException"/> for an answer other than 2xx, <see cref="HttpRequestException"/> where none was
/// received, and <see cref="System.Text.Json.JsonException"/> where a 2xx is not what the surface promises.
/// </para>
/// </remarks>
/// <param name="http">
/// The caller's: it is neither changed nor disposed of. <see cref="HttpClient.Timeout"/> has to be longer than the 50 s for which
/// the service may hold an answer; its default is.
/// </param>
/// <param name="options">Where the bridge is, and who is calling.</param>
public sealed partial class BridgeClient(HttpClient http, BridgeClientOptions options)
{
    private const int LongestHoldSeconds = 50;
    private static readonly TimeSpan ShortestRound = TimeSpan.FromSeconds(1);
    private readonly BridgeConnection _bridge = new(http, options);
    private readonly TimeProvider _time = options.Time;

    /// <summary>Registers an upstream task. One that is known is answered as it is, with the callback added to it.</summary>
    /// <param name="task">The task.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition that differs is refused with 422.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the task may have been registered nevertheless.</param>
    public Task<BridgeTask> RegisterAsync(
        TaskRegistration task, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            Addresses.Tasks, task, BridgeJson.Requests.TaskRegistration, BridgeJson.Wire.BridgeTask, idempotencyKey, cancellationToken);

    /// <summary>Registers up to 10,000 upstream tasks. An item that is refused is told in the result and affects no other.</summary>
    /// <inheritdoc cref="RegisterAsync"/>
    public Task<BatchResult> RegisterBatchAsync(
        IReadOnlyList<TaskRegistration> tasks, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            Addresses.Batch,
            new BatchRegistration(tasks),
            BridgeJson.Requests.BatchRegistration,
            BridgeJson.Wire.BatchResult,
            idempotencyKey,
            cancellationToken);

    /// <summary>Reads a task.</summary>
    /// <param name="id">The bridge's id, <c>tsk_…</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task<BridgeTask> GetTaskAsync(string id, CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(Addresses.Task(id), BridgeJson.Wire.BridgeTask, cancellationToken);

    /// <summary>
    /// Reads a task when it has ended, or as it is when the time is over: look at <see cref="BridgeTask.Ended"/>. The service holds
    /// each answer for up to 50 s, and this method asks again until then.
    /// </summary>
    /// <param name="id">The bridge's id, <c>tsk_…</c>.</param>
    /// <param name="timeout">How long to wait, rounded up to whole seconds; there is one look at least.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<BridgeTask> WaitForEndAsync(string id, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var asked = _time.GetTimestamp();
            var task = await HoldAsync(id, timeout - _time.GetElapsedTime(started, asked), cancellationToken);
            if (task.Ended || _time.GetElapsedTime(started) >= timeout) return task;

            // A service that is being shut down does not hold: without a pause this would be a loop at full speed.
            if (_time.GetElapsedTime(asked) < ShortestRound) await Task.Delay(ShortestRound, _time, cancellationToken);
        }
    }

    /// <summary>Lists tasks, newest first, fetching page after page while it is enumerated.</summary>
    /// <param name="query">Which tasks; null for all.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public IAsyncEnumerable<BridgeTask> ListTasksAsync(TaskQuery? query = null, CancellationToken cancellationToken = default) =>
        PagesAsync((query ?? new TaskQuery()).Address, BridgeJson.Wire.PageBridgeTask, cancellationToken);

    /// <summary>Has the upstream asked now, though never sooner than the minimum after its last poll. An ended task is a 409.</summary>
    /// <returns>When the upstream is asked.</returns>
    /// <param name="id">The bridge's id, <c>tsk_…</c>.</param>
    /// <param name="idempotencyKey">1 to 255 characters.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public async Task<DateTimeOffset> PollNowAsync(
        string id, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var accepted = await _bridge.PostAsync(
            $"{Addresses.Task(id)}/poll", BridgeJson.Wire.PollAccepted, idempotencyKey, cancellationToken);
        return accepted.NextPollAt;
    }

    /// <summary>
    /// Stops tracking a task and cancels its pending deliveries, as often as it is called. No event is sent; an attempt on the wire
    /// may still arrive. An ended task keeps its status.
    /// </summary>
    /// <param name="id">The bridge's id, <c>tsk_…</c>.</param>
    /// <param name="erase">Also removes metadata, links, and the bodies of events and responses.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    public Task StopAsync(string id, bool erase = false, CancellationToken cancellationToken = default) =>
        _bridge.DeleteAsync(Addresses.WithQuery(Addresses.Task(id), ("erase", erase ? "true" : null)), cancellationToken);

    /// <summary>Reads the secret that webhooks to the client's callback URLs are signed with.</summary>
    public Task<SigningSecret> GetSigningSecretAsync(CancellationToken cancellationToken = default) =>
        _bridge.GetAsync(Addresses.SigningSecret, BridgeJson.Wire.SigningSecret, cancellationToken);

    /// <summary>Makes a new signing secret.</summary>
    /// <param name="overlap">For how long webhooks are signed with the old one too: whole seconds, up to 7 days.</param>
    /// <param name="idempotencyKey">1 to 255 characters: with it a repetition does not rotate once more.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer; the secret may have been rotated nevertheless.</param>
    public Task<SigningSecret> RotateSigningSecretAsync(
        TimeSpan overlap, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _bridge.PostAsync(
            Addresses.SigningSecretRotation,
            new SecretRotation(checked((int)overlap.TotalSeconds)),
            BridgeJson.Requests.SecretRotation,
            BridgeJson.Wire.SigningSecret,
            idempotencyKey,
            cancellationToken);

    private Task<BridgeTask> HoldAsync(string id, TimeSpan left, CancellationToken stop)
    {
        var seconds = Math.Clamp(Math.Ceiling(left.TotalSeconds), 1, LongestHoldSeconds).ToString(CultureInfo.InvariantCulture);
        return _bridge.GetAsync(Addresses.WithQuery(Addresses.Task(id), ("wait", seconds)), BridgeJson.Wire.BridgeTask, stop);
    }

    private async IAsyncEnumerable<T> PagesAsync<T>(
        string address, JsonTypeInfo<Page<T>> type, [EnumeratorCancellation] CancellationToken stop)
    {
        string? cursor = null;
        do
        {
            var page = await _bridge.GetAsync(Addresses.WithQuery(address, ("cursor", cursor)), type, stop);
            foreach (var item in page.Data) yield return item;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}
