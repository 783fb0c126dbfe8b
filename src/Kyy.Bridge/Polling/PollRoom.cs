using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Polling;

/// <summary>
/// How many requests may be in flight in this process. A claim is never larger than the room, so that what it takes can start.
/// </summary>
/// <remarks>
/// An answer that drips keeps its place until the time-out, and a few hundred of them would keep all places from everybody else. So,
/// while somebody finds the room full, requests that have been under way for longer than is usual are given up. A quarter of the
/// places, those of the oldest, are left alone: an upstream that is merely slow gets its answers through.
/// </remarks>
/// <param name="capacity">The places.</param>
/// <param name="usual">How long a request may be under way without being given up for others.</param>
/// <param name="time">Tells how long that was.</param>
internal sealed class PollRoom(int capacity, TimeSpan usual, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<WakeSignal> _waiting = [];
    private readonly int _spared = Math.Max(1, capacity / 4);

    // In the order in which they were begun, without those that were given up.
    private readonly LinkedList<Place> _begun = [];
    private int _taken, _givenUp;

    /// <summary>
    /// Takes room for up to <paramref name="wanted"/> requests. Where there is none, gives up as many as may be, and wakes
    /// <paramref name="waiter"/> when there is room.
    /// </summary>
    public int Take(int wanted, WakeSignal waiter)
    {
        Place[] givenUp;
        lock (_lock)
        {
            var room = Math.Min(wanted, capacity - _taken);
            _taken += room;
            // Not for what is missing beside some room: whoever takes that much comes back once it is used.
            if (room > 0 || wanted <= 0) return room;
            if (!_waiting.Contains(waiter)) _waiting.Add(waiter);
            givenUp = GiveUp(wanted - _givenUp);
        }

        foreach (var place in givenUp) place.Tell();
        return 0;
    }

    /// <summary>Returns places that were taken and not begun.</summary>
    public void Return(int requests)
    {
        if (requests == 0) return;
        WakeSignal[] woken;
        lock (_lock) woken = Free(requests);
        foreach (var waiter in woken) waiter.Raise();
    }

    /// <summary>Begins a request in a place that was taken; to be disposed when its answer is there.</summary>
    public Place Begin()
    {
        lock (_lock)
        {
            if (_begun.Count + _givenUp >= _taken) throw new InvalidOperationException("A request needs a place that was taken for it.");
            var place = new Place(this, time.GetTimestamp());
            place.Node = _begun.AddLast(place);
            return place;
        }
    }

    /// <summary>
    /// In how long the next request may be given up; null where none may be, so that only an answer makes room. Zero where another
    /// <see cref="Take"/> would give one up. Those that are taken and not begun count as begun now: nobody says so when they are.
    /// </summary>
    public TimeSpan? NextIn()
    {
        lock (_lock)
        {
            if (_taken - _givenUp <= _spared) return null;
            if (_begun.Count <= _spared) return usual;
            var left = usual - time.GetElapsedTime(_begun.ElementAt(_spared).BegunAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Which are given up, as positions in <paramref name="ages"/>: of those under way for long, the latest begun.</summary>
    /// <param name="ages">How long each has been under way, the oldest first.</param>
    /// <param name="wanted">How many places are wanted.</param>
    /// <param name="usual">How long is not yet long.</param>
    /// <param name="spared">How many of the oldest are left alone.</param>
    internal static Range ToGiveUp(IReadOnlyCollection<TimeSpan> ages, int wanted, TimeSpan usual, int spared)
    {
        var end = ages.TakeWhile(age => age >= usual).Count();
        return Math.Min(end, Math.Max(spared, end - Math.Max(0, wanted)))..end;
    }

    private Place[] GiveUp(int wanted)
    {
        var now = time.GetTimestamp();
        var range = ToGiveUp([.. _begun.Select(place => time.GetElapsedTime(place.BegunAt, now))], wanted, usual, _spared);
        Place[] places = [.. _begun.Take(range)];
        foreach (var place in places)
        {
            _begun.Remove(place);
            place.Node = null;
        }

        // Still in flight until they are disposed.
        _givenUp += places.Length;
        return places;
    }

    private void End(Place place)
    {
        WakeSignal[] woken;
        lock (_lock)
        {
            if (place.HasEnded) return;
            place.HasEnded = true;
            if (place.Node is { } node) _begun.Remove(node);
            else _givenUp--;
            woken = Free(1);
        }

        foreach (var waiter in woken) waiter.Raise();
    }

    private WakeSignal[] Free(int places)
    {
        _taken -= places;
        WakeSignal[] woken = [.. _waiting];
        _waiting.Clear();
        return woken;
    }

    /// <summary>The place of one request that is under way.</summary>
    internal sealed class Place(PollRoom room, long begunAt) : IDisposable
    {
        // Never disposed: it has no timer and nobody takes its handle, and telling and ending may meet.
        private readonly CancellationTokenSource _givenUp = new();

        /// <summary>Cancelled when others need the place more.</summary>
        public CancellationToken GivenUp => _givenUp.Token;

        internal long BegunAt => begunAt;

        internal LinkedListNode<Place>? Node { get; set; }

        internal bool HasEnded { get; set; }

        /// <summary>Returns the place to the room.</summary>
        public void Dispose() => room.End(this);

        // What hangs on the token closes sockets: not on the thread of whoever asks for room.
        internal void Tell() => _ = _givenUp.CancelAsync();
    }
}
