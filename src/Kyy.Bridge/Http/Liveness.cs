using System.Collections.Concurrent;

namespace Kyy.Bridge.Http;

/// <summary>Notices a loop that has hung. Every loop reports a beat each time round, also when there was nothing to do.</summary>
internal sealed class Liveness(TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, long> _beats = new();

    /// <summary>Says that the loop of that name turns; the first beat is what it is known by.</summary>
    public void Beat(string loop) => _beats[loop] = time.GetTimestamp();

    /// <summary>Says that the loop has ended on purpose.</summary>
    public void End(string loop) => _beats.TryRemove(loop, out _);

    /// <summary>Gives every loop its patience anew: one that waits for a database that does not answer has not hung.</summary>
    public void Excuse()
    {
        foreach (var loop in _beats.Keys) Beat(loop);
    }

    /// <summary>The loops that have not beaten for too long.</summary>
    public IReadOnlyList<string> Hung() =>
        [.. _beats.Where(beat => time.GetElapsedTime(beat.Value) >= Patience).Select(beat => beat.Key).Order(StringComparer.Ordinal)];
}
