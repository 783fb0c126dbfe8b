using System.Linq.Expressions;
using System.Security.Cryptography;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>
/// Who is there to work, and how they are called: every replica listens on a queue of its own beside the common one, so that none of
/// them takes another's shift.
/// </summary>
internal sealed class Rota : IDisposable
{
    /// <summary>What the name of a replica's queue begins with.</summary>
    public const string QueuePrefix = "shift-";

    private const int NameLength = 8;

    // Three heartbeats: one that has not been heard of for this long is dead or frozen, and is called again when it is heard of.
    private static readonly TimeSpan Silence = 3 * HangfireServer.BetweenHeartbeats;

    private readonly JobStorage _storage;
    private readonly BackgroundJobClient _client;
    private readonly DatabaseClock _clock;

    // Hangfire's client blocks its thread while PostgreSQL does not answer. One at a time, lest an outage take all of the pool's.
    private readonly SemaphoreSlim _one = new(1, 1);

    public Rota(JobStorage storage, IJobFilterProvider filters, DatabaseClock clock)
    {
        (_storage, _client, _clock) = (storage, new(storage, filters), clock);
        Replica = RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyz", NameLength);
    }

    /// <summary>The name by which this process is told from others; another one after every start.</summary>
    public string Replica { get; }

    public string Queue => QueuePrefix + Replica;

    /// <summary>Calls a shift on every other live replica.</summary>
    public void CallOthers(string work)
    {
        var now = _clock.Now.UtcDateTime;
        var queues = from server in _storage.GetMonitoringApi().Servers()
                     where now - server.Heartbeat < Silence
                     from queue in server.Queues
                     where queue.StartsWith(QueuePrefix, StringComparison.Ordinal) && queue != Queue
                     select queue;
        foreach (var queue in queues.Distinct()) Call(work, queue);
    }

    /// <summary>Calls a shift on this replica, because nobody else has. A call that does not reach the database is made again later.</summary>
    public async Task CallMyselfAsync(string work, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            await Task.Run(() => Call(work, Queue), cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private void Call(string work, string queue)
    {
        Expression<Func<ShiftJobs, Task>> shift = jobs => jobs.WorkShiftAsync(work);
        _client.Create(Job.FromExpression(shift), new EnqueuedState(queue));
    }
}
