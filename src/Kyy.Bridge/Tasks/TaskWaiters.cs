using System.Collections.Concurrent;
using Kyy.Bridge.Http;
using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>
/// Callers that wait for tasks to end. An end that this process records wakes them at once; one that another replica records is
/// seen by a single query for all of the process's waiters, which runs only while somebody waits.
/// </summary>
internal sealed class TaskWaiters(NpgsqlDataSource dataSource, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private const string EndedSql = "select id from bridge.tasks where id = any ($1) and ended_at is not null";

    private readonly ConcurrentDictionary<Guid, Waiter> _waiters = [];

    /// <summary>True when the task has ended, false after <paramref name="limit"/>.</summary>
    public async Task<bool> WaitAsync(Guid task, TimeSpan limit, CancellationToken cancellation)
    {
        var waiter = _waiters.AddOrUpdate(task, _ => new(1), (_, there) => there with { Count = there.Count + 1 });
        try
        {
            await waiter.Ended.Task.WaitAsync(limit, time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            Leave(task);
        }
    }

    /// <summary>Wakes whoever waits for one of these tasks.</summary>
    public void Ended(IEnumerable<Guid> tasks)
    {
        if (_waiters.IsEmpty) return;
        foreach (var task in tasks)
        {
            if (_waiters.TryGetValue(task, out var waiter)) waiter.Ended.TrySetResult();
        }
    }

    /// <summary>Looks for ends that other replicas recorded, until cancelled.</summary>
    public async Task WatchAsync(Action<Exception> failed, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (_waiters.IsEmpty) continue;
            try
            {
                Ended(await ReadEndedAsync([.. _waiters.Keys], cancellation));
            }
            catch (Exception exception) when (DatabaseOutage.Explains(exception))
            {
                failed(exception);
            }
        }
    }

    private void Leave(Guid task)
    {
        while (_waiters.TryGetValue(task, out var waiter))
        {
            var left = waiter.Count == 1
                ? _waiters.TryRemove(new(task, waiter))
                : _waiters.TryUpdate(task, waiter with { Count = waiter.Count - 1 }, waiter);
            if (left) return;
        }
    }

    private async Task<List<Guid>> ReadEndedAsync(Guid[] tasks, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(EndedSql);
        command.Parameters.Add(new() { Value = tasks });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ended = new List<Guid>();
        while (await reader.ReadAsync(cancellation)) ended.Add(reader.GetGuid(0));
        return ended;
    }

    private sealed record Waiter(int Count)
    {
        // Shared by all who wait for the task: `with` copies the reference.
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
