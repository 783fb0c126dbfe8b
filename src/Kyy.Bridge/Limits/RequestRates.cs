using System.Collections.Concurrent;
using Kyy.Bridge.Http;

namespace Kyy.Bridge.Limits;

/// <summary>
/// How often each client may ask, in this process: a bucket of <see cref="LimitsSettings.RequestBurst"/> tokens that is filled at
/// <see cref="LimitsSettings.RequestsPerSecond"/>. Behind a balancer over several processes a client has as many buckets: what is
/// guarded is a process's time, and asking the others at each request would cost more of it.
/// </summary>
internal sealed class RequestRates(LimitsSettings limits, TimeProvider time)
{
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<Guid, Bucket> _buckets = new();

    /// <summary>Takes tokens: all of them or, where there are fewer, none.</summary>
    public RateState Take(Guid client, int tokens)
    {
        if (_buckets.Count >= Capacity && !_buckets.ContainsKey(client)) ForgetIdle();
        return _buckets.GetOrAdd(client, _ => new(limits.RequestBurst, time.GetTimestamp())).Take(tokens, limits, time);
    }

    /// <summary>What a client has left.</summary>
    public RateState Of(Guid client) => Take(client, 0);

    // A full bucket is what a new one is, so that nobody gains anything by being forgotten.
    private void ForgetIdle()
    {
        foreach (var (client, bucket) in _buckets)
        {
            if (bucket.Take(0, limits, time).IsFull) _buckets.TryRemove(new(client, bucket));
        }
    }

    private sealed class Bucket(double tokens, long filled)
    {
        private readonly Lock _lock = new();
        private double _tokens = tokens;
        private long _filled = filled;

        public RateState Take(int tokens, LimitsSettings limits, TimeProvider time)
        {
            lock (_lock)
            {
                var now = time.GetTimestamp();
                _tokens = Math.Min(limits.RequestBurst, _tokens + time.GetElapsedTime(_filled, now).TotalSeconds * limits.RequestsPerSecond);
                _filled = now;
                var isTaken = _tokens >= tokens;
                if (isTaken) _tokens -= tokens;
                return RateState.Of(limits, _tokens, isTaken ? 0 : tokens);
            }
        }
    }
}
