using System.Collections.Concurrent;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;

namespace Kyy.Bridge.Tasks;

/// <summary>Holds the answers of callers that wait for a task's end, within their limit and as long as their key holds.</summary>
internal sealed class TaskWaiting(
    TaskWaiters waiters, ApiKeys keys, LimitsSettings limits, TimeProvider time, IHostApplicationLifetime lifetime)
{
    // A key that is revoked ends its waits within five seconds.
    private static readonly TimeSpan LookAtKeyEvery = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<Guid, int> _waits = [];

    /// <summary>Null when the task has ended or the time is over; a refusal otherwise.</summary>
    public async Task<ProblemResult?> UntilEndedAsync(Caller caller, Guid task, TimeSpan limit, CancellationToken cancellation)
    {
        if (_waits.AddOrUpdate(caller.Owner, 1, (_, waits) => waits + 1) > limits.Waits)
        {
            Leave(caller.Owner);
            return Problems.Quota($"{limits.Waits} requests wait already.", TimeSpan.FromSeconds(1));
        }

        // A process that stops answers at once: fifty seconds of waiting would use up the time for finishing its work.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping, cancellation);
        try
        {
            return await HoldAsync(caller, task, limit, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            Leave(caller.Owner);
        }
    }

    /// <summary>How many requests of an owner wait here.</summary>
    public int Of(Guid owner) => _waits.GetValueOrDefault(owner);

    private async Task<ProblemResult?> HoldAsync(Caller caller, Guid task, TimeSpan limit, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (limit - time.GetElapsedTime(started) is { Ticks: > 0 } left)
        {
            if (await waiters.WaitAsync(task, left < LookAtKeyEvery ? left : LookAtKeyEvery, cancellation)) return null;
            if (!await keys.StillHoldsAsync(caller)) return Problems.Unauthorized();
        }

        return null;
    }

    private void Leave(Guid owner)
    {
        // Removed with the last wait, so that the table does not grow with every client there ever was.
        if (_waits.AddOrUpdate(owner, 0, (_, waits) => waits - 1) == 0) _waits.TryRemove(new(owner, 0));
    }
}
