using System.Collections.Concurrent;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// What this process knows of the destinations that are not well, from its last look and its own settles: which ones are closed, and
/// how many POSTs the others may have in flight. It decides what is handed over in memory; a claim looks at the rows again.
/// </summary>
/// <remarks>
/// A destination that is well again grows back: from its one or two probes, doubled with each success, to its share. How far it has come
/// is known to this process alone; after a restart it has its share at once, which is harmless.
/// </remarks>
internal sealed class DestinationPaces(int share, TimeProvider time)
{
    private readonly ConcurrentDictionary<int, Pace> _paces = [];

    private int Share => share;

    /// <summary>How many POSTs the destination may have in flight; zero while it is closed.</summary>
    public int Most(int destination) => !_paces.TryGetValue(destination, out var pace) ? share
        : pace.IsOpen && time.GetTimestamp() >= pace.OpensAt ? pace.Most : 0;

    /// <summary>Takes note of how a destination is, by a look at its row.</summary>
    public void Look(int destination, bool isOpen, DestinationHealth health)
    {
        if (isOpen && health.Most(share) == share && !_paces.ContainsKey(destination)) return;
        _paces.AddOrUpdate(
            destination, _ => Whole.Less(health, this) with { IsOpen = isOpen }, (_, known) => known.Less(health, this) with { IsOpen = isOpen });
    }

    /// <summary>Takes note of how a destination is after a settle.</summary>
    public void Settled(int destination, DestinationHealth health)
    {
        if (health.Most(share) == share && !_paces.ContainsKey(destination)) return;
        _paces.AddOrUpdate(destination, _ => Whole.Less(health, this), (_, known) => known.Less(health, this));
    }

    /// <summary>A POST was accepted: the next ones may be twice as many.</summary>
    public void Grow(int destination)
    {
        while (_paces.TryGetValue(destination, out var known))
        {
            var grown = known with { Most = Math.Min(share, known.Most * 2), OpensAt = 0 };
            var isDone = grown == Whole
                ? _paces.TryRemove(new(destination, known))
                : _paces.TryUpdate(destination, grown, known);
            if (isDone) return;
        }
    }

    private Pace Whole => new(true, share, 0);

    private long OpensAt(TimeSpan? slowFor) =>
        slowFor > TimeSpan.Zero ? time.GetTimestamp() + (long)(slowFor.Value.TotalSeconds * time.TimestampFrequency) : 0;

    /// <param name="IsOpen">Whether anything may be sent to it at all.</param>
    /// <param name="Most">How many POSTs it may have in flight.</param>
    /// <param name="OpensAt">The timestamp before which it is to be left alone; zero for none.</param>
    private sealed record Pace(bool IsOpen, int Most, long OpensAt)
    {
        public Pace Less(DestinationHealth health, DestinationPaces paces) =>
            this with { Most = Math.Min(Most, health.Most(paces.Share)), OpensAt = paces.OpensAt(health.SlowFor) };
    }
}
