namespace Kyy.Bridge.Deliveries;

/// <summary>
/// What was handed over and found no place: a line for each client and host, in memory. A burst for a receiver that keeps up is sent from
/// here as places come free, instead of going through the database once more.
/// </summary>
/// <remarks>
/// Bounded by shares, so that one host's line never keeps others from being handed over, and by patience: what does not get its turn
/// soon is handed back, for whoever has room. Its lease goes on all the while.
/// </remarks>
internal sealed class WaitingLine(DispatchShares shares, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Guid Client, string Host), Queue<Entry>> _lanes = [];
    private readonly Dictionary<Guid, int> _byClient = [];

    /// <summary>Whether anybody waits there: whoever comes later goes behind.</summary>
    public bool Holds(Recipient to)
    {
        lock (_lock) return _lanes.ContainsKey(LaneOf(to));
    }

    /// <summary>Whether there was room at the end of its line.</summary>
    public bool TryAdd(Recipient to, LeasedDelivery delivery)
    {
        lock (_lock)
        {
            var lane = _lanes.GetValueOrDefault(LaneOf(to));
            var ofClient = _byClient.GetValueOrDefault(to.Client);
            if (lane?.Count >= shares.WaitingPerHost || ofClient >= shares.WaitingPerClient) return false;
            if (lane is null) _lanes[LaneOf(to)] = lane = new();
            lane.Enqueue(new(to, delivery, time.GetTimestamp()));
            _byClient[to.Client] = ofClient + 1;
            return true;
        }
    }

    /// <summary>Who is first in each line.</summary>
    public List<Recipient> Heads()
    {
        lock (_lock) return [.. _lanes.Values.Select(lane => lane.Peek().To)];
    }

    /// <summary>The first of the line there, if it may go; null where nobody waits, or it may not.</summary>
    public LeasedDelivery? Next(Recipient to, Func<Recipient, bool> mayGo)
    {
        lock (_lock)
        {
            if (!_lanes.TryGetValue(LaneOf(to), out var lane) || !mayGo(lane.Peek().To)) return null;
            return Leave(lane).Delivery;
        }
    }

    /// <summary>Takes out what has waited for so long, or all.</summary>
    public List<LeasedDelivery> TakeOut(TimeSpan waited)
    {
        var leaving = new List<LeasedDelivery>();
        lock (_lock)
        {
            foreach (var lane in _lanes.Values.ToArray())
                while (lane.TryPeek(out var first) && time.GetElapsedTime(first.Since) >= waited) leaving.Add(Leave(lane).Delivery);
        }

        return leaving;
    }

    private Entry Leave(Queue<Entry> lane)
    {
        var first = lane.Dequeue();
        if (lane.Count == 0) _lanes.Remove(LaneOf(first.To));
        if (--_byClient[first.To.Client] == 0) _byClient.Remove(first.To.Client);
        return first;
    }

    private static (Guid Client, string Host) LaneOf(Recipient to) => (to.Client, to.Host);

    private sealed record Entry(Recipient To, LeasedDelivery Delivery, long Since);
}
