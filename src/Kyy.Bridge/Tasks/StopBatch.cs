using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>Stops the tasks of a list: what is no task of the caller's is told item by item, and the others are stopped.</summary>
internal sealed class StopBatch(NpgsqlDataSource dataSource, TaskWaiters waiters, TimeProvider time, ILogger<StopBatch> logger)
{
    /// <summary>Ids at most.</summary>
    public const int Largest = 10_000;

    // Tasks in a transaction: their rows stay locked until it ends.
    private const int Chunk = 500;

    private const int LongestEcho = 64;

    // A caller has its answer, or its 503, within five seconds of an outage.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Each part of it is committed for itself; whoever is broken off repeats it.</summary>
    /// <param name="items">What was sent as ids.</param>
    /// <param name="client">Whose tasks alone; null for everybody's.</param>
    /// <param name="erase">Whether what was said about them is removed as well.</param>
    /// <param name="cancellation">Ends it between two parts.</param>
    public async Task<StopResult> StopAsync(IReadOnlyList<JsonElement> items, Guid? client, bool erase, CancellationToken cancellation)
    {
        string?[] texts = [.. items.Select(item => item.ValueKind is JsonValueKind.String ? JsonText.Read(item) : null)];
        Guid?[] ids = [.. texts.Select(text => TypeId.TryParse(TypeId.Task, text, out var id) ? id : (Guid?)null)];
        var found = new Dictionary<Guid, bool>();
        foreach (var chunk in ids.OfType<Guid>().Distinct().Order().Chunk(Chunk))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (id, wasInFlight) in await StopChunkAsync(chunk, client, erase, cancellation)) found[id] = wasInFlight;
        }

        return new(
            [.. items.Select((item, i) => ResultOf(i, item, texts[i], ids[i], found))],
            Stopped: found.Values.Count(wasInFlight => wasInFlight),
            Ended: found.Values.Count(wasInFlight => !wasInFlight),
            Rejected: ids.Count(id => id is null || !found.ContainsKey(id.Value)));
    }

    private async Task<Dictionary<Guid, bool>> StopChunkAsync(Guid[] chunk, Guid? client, bool erase, CancellationToken cancellation)
    {
        var found = new Dictionary<Guid, bool>();
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await BatchWrite.RepeatAsync(
                async () => found = await StopTasks.RunAsync(dataSource, chunk, client, erase, either.Token), time, logger, either.Token);
            // As with registrations: what was cancelled while it waited for its standby is not done.
            limit.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException("The database did not stop the tasks in time.");
        }

        waiters.Ended(found.Keys);
        return found;
    }

    private static StopItemResult ResultOf(int index, JsonElement item, string? text, Guid? id, Dictionary<Guid, bool> found)
    {
        var echo = text?.Length <= LongestEcho ? text : null;
        if (id is { } known && found.ContainsKey(known)) return new() { Index = index, Id = echo, Status = StatusCodes.Status204NoContent };
        var refusal = item.ValueKind is JsonValueKind.String
            ? Problems.NotFound()
            : Problems.Validation($"ids[{index}]", "must be text: the id of a task, tsk_…");
        return new() { Index = index, Id = echo, Status = refusal.Problem.Status, Problem = refusal.Problem };
    }
}
