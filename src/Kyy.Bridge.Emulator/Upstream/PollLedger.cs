using System.Collections.Concurrent;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>Every poll of every id, and what holds across ids.</summary>
internal sealed class PollLedger
{
    private readonly ConcurrentDictionary<string, PollHistory> _histories = new(StringComparer.Ordinal);
    private int _parallel, _mostParallel, _unrouted;

    public IEnumerable<KeyValuePair<string, PollHistory>> Histories => _histories;

    /// <summary>The most requests for results that were under way at once.</summary>
    public int MostParallel => Volatile.Read(ref _mostParallel);

    /// <summary>Requests that met no route: a wrong base URL, or an id that was not one segment.</summary>
    public int Unrouted => Volatile.Read(ref _unrouted);

    public PollHistory Of(string id) => _histories.GetOrAdd(id, _ => new PollHistory());

    public void CountUnrouted() => Interlocked.Increment(ref _unrouted);

    public void Enter()
    {
        var parallel = Interlocked.Increment(ref _parallel);
        var most = MostParallel;
        while (parallel > most)
        {
            var seen = Interlocked.CompareExchange(ref _mostParallel, parallel, most);
            if (seen == most) return;
            most = seen;
        }
    }

    public void Leave() => Interlocked.Decrement(ref _parallel);
}
