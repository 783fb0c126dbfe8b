using System.Collections.Concurrent;

namespace Kyy.Bridge.Deliveries;

/// <summary>The time limits of exchanges that are under way. One that was not met is used again: each has a timer and its registration.</summary>
internal sealed class TimeLimits(TimeSpan limit, TimeProvider time) : IDisposable
{
    private readonly ConcurrentQueue<CancellationTokenSource> _spare = [];

    /// <summary>Counts from now on; to be given to <see cref="End"/> when nothing asks its token any more.</summary>
    public CancellationTokenSource Begin()
    {
        if (!_spare.TryDequeue(out var source)) return new(limit, time);
        source.CancelAfter(limit);
        return source;
    }

    public void End(CancellationTokenSource source)
    {
        if (source.TryReset()) _spare.Enqueue(source);
        else source.Dispose();
    }

    public void Dispose()
    {
        while (_spare.TryDequeue(out var source)) source.Dispose();
    }
}
