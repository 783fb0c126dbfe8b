using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// How many POSTs may be in flight: all together, of one client, of one client to one host, and how many of them retries. A slow
/// receiver holds its own share only.
/// </summary>
/// <remarks>
/// A destination that is not well has fewer, see <see cref="DestinationPaces"/>: counted apart, since several destinations of a client
/// may be on one host.
/// </remarks>
internal sealed class DispatchRoom(DispatchShares shares, WakeSignal freed)
{
    private const int MostWatched = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<(Guid Client, string Host), Count> _byLane = [];
    private readonly Dictionary<Guid, int> _byClient = [];
    private readonly Dictionary<int, int> _byDestination = [];
    private IReadOnlyList<Shortage> _short = [];
    private Count _all;
    private long _given;

    /// <summary>How many places have been given back after a POST.</summary>
    public long Given
    {
        get
        {
            lock (_lock) return _given;
        }
    }

    /// <summary>Whether no more than the last quarter of all places is free: that is for whom nothing else waits here.</summary>
    public bool IsTight
    {
        get
        {
            lock (_lock) return _all.Posts >= shares.PerClient;
        }
    }

    /// <summary>How many POSTs of a client are in flight, and how many of them to this host: whoever has fewer is served first.</summary>
    public (int OfClient, int ToHost) InFlight(Recipient to)
    {
        lock (_lock) return (_byClient.GetValueOrDefault(to.Client), _byLane.GetValueOrDefault((to.Client, to.Host)).Posts);
    }

    /// <summary>Takes places for a claim, for first attempts and retries; none where there is no room.</summary>
    /// <param name="to">For whom.</param>
    /// <param name="wanted">How many at most.</param>
    /// <param name="most">How many this destination may have in flight.</param>
    public Places Take(Recipient to, int wanted, int most)
    {
        lock (_lock)
        {
            var places = RoomFor(to, wanted, most);
            Add(to, places.All, places.Retries);
            return places;
        }
    }

    /// <summary>Takes a place for a first attempt that was handed over; false where there is no room, or what there is, is for claims.</summary>
    public bool TakeFirst(Recipient to, int most)
    {
        lock (_lock)
        {
            if (RoomFor(to, int.MaxValue, most).Firsts < 1) return false;
            Add(to, 1, 0);
            return true;
        }
    }

    /// <summary>Likewise for one that has waited in memory, and none of the last quarter: that is for whoever comes anew.</summary>
    public bool TakeWaiting(Recipient to, int most)
    {
        lock (_lock)
        {
            if (_all.Posts >= shares.PerClient || RoomFor(to, int.MaxValue, most).Firsts < 1) return false;
            Add(to, 1, 0);
            return true;
        }
    }

    /// <summary>Gives back what a claim had no use for. Nobody is told: whoever claims would find as little again, and so for ever.</summary>
    public void Return(Recipient to, int posts, int retries)
    {
        lock (_lock) Add(to, -posts, -retries);
    }

    /// <summary>Gives back the place of a POST that is over, and tells whoever claims where that is of use to what is due.</summary>
    public void Free(Recipient to, bool isRetry)
    {
        lock (_lock)
        {
            Add(to, -1, isRetry ? -1 : 0);
            _given++;
            if (!IsOfUse()) return;
            _short = [];
        }

        freed.Raise();
    }

    /// <summary>
    /// From now on, and once, a place that is given back is told if one of these can use it; at once if there was one meanwhile.
    /// Nothing is told while nothing is due: what is handed over in memory frees a place every moment, and each look costs a statement.
    /// </summary>
    /// <param name="due">What is due and found too little room.</param>
    /// <param name="given">What <see cref="Given"/> was before it was looked for.</param>
    public void TellOfRoomFor(IReadOnlyList<Shortage> due, long given)
    {
        lock (_lock)
        {
            _short = due;
            if (_given == given || !IsOfUse()) return;
            _short = [];
        }

        freed.Raise();
    }

    private bool IsOfUse()
    {
        // To look through more of them at each place would cost more than a look in vain.
        if (_short.Count > MostWatched) return true;
        foreach (var one in _short)
        {
            var room = RoomFor(one.To, 1, one.Most);
            if (room.All > 0 && (one.Had.All == 0 || room.Retries > 0)) return true;
        }

        return false;
    }

    private Places RoomFor(Recipient to, int wanted, int most)
    {
        var lane = _byLane.GetValueOrDefault((to.Client, to.Host));
        var inAll = Math.Min(shares.All - _all.Posts, shares.PerClient - _byClient.GetValueOrDefault(to.Client));
        var there = Math.Min(shares.PerHost - lane.Posts, most - _byDestination.GetValueOrDefault(to.Destination));
        var room = Math.Clamp(Math.Min(inAll, there), 0, Math.Max(0, wanted));
        var retries = Math.Clamp(Math.Min(shares.Retries - _all.Retries, shares.RetriesPerHost - lane.Retries), 0, room);
        var oldest = Math.Clamp(DispatchShares.OldestFirst(Math.Min(shares.PerHost, most)) - lane.Retries, 0, retries);
        return new(room, retries, oldest);
    }

    private void Add(Recipient to, int posts, int retries)
    {
        _all = _all.Plus(posts, retries);
        Keep(_byLane, (to.Client, to.Host), _byLane.GetValueOrDefault((to.Client, to.Host)).Plus(posts, retries));
        Keep(_byClient, to.Client, _byClient.GetValueOrDefault(to.Client) + posts);
        Keep(_byDestination, to.Destination, _byDestination.GetValueOrDefault(to.Destination) + posts);
    }

    // Nothing is kept of whoever has nothing in flight.
    private static void Keep<TKey, TValue>(Dictionary<TKey, TValue> counts, TKey key, TValue value)
        where TKey : notnull
        where TValue : struct, IEquatable<TValue>
    {
        if (value.Equals(default)) counts.Remove(key);
        else counts[key] = value;
    }

    private readonly record struct Count(int Posts, int Retries)
    {
        public Count Plus(int posts, int retries) => new(Posts + posts, Retries + retries);
    }
}
