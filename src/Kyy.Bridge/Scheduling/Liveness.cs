using System.Collections.Concurrent;

namespace Kyy.Bridge.Scheduling;

/// <summary>Which loops are alive: each says so at every run, and one that has not for two minutes hangs.</summary>
internal sealed class Liveness(TimeProvider time)
{
    /// <summary>How long a loop may be silent.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<Heart, byte> _hearts = [];

    /// <summary>The names of the loops that hang.</summary>
    public IReadOnlyList<string> Hanging() =>
        [.. _hearts.Keys.Where(heart => time.GetElapsedTime(heart.LastBeat) > Limit).Select(heart => heart.Name).Order(StringComparer.Ordinal)];

    /// <summary>Watches a loop from now until the result is disposed.</summary>
    public Heart Watch(string name)
    {
        var heart = new Heart(this, name);
        _hearts.TryAdd(heart, 0);
        return heart;
    }

    internal sealed class Heart(Liveness liveness, string name) : IDisposable
    {
        private long _lastBeat = liveness.Now;

        public string Name => name;

        public long LastBeat => Volatile.Read(ref _lastBeat);

        public void Beat() => Volatile.Write(ref _lastBeat, liveness.Now);

        public void Dispose() => liveness._hearts.TryRemove(this, out _);
    }

    private long Now => time.GetTimestamp();
}
