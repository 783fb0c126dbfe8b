using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Polling;

/// <summary>
/// How many requests may be in flight in this process. A claim is never larger than the room, so that what it takes can start.
/// </summary>
/// <remarks>
/// An answer that drips keeps its place until the time-out, and a few hundred of them would keep all places from everybody else. So,
/// while somebody finds the room full, requests that have been under way for longer than is usual are given up. A quarter of the
/// places, those of the oldest, are left alone: an upstream that is merely slow gets its answers through.
/// <para>
/// More may be claimed than there are places, as many as end in a little while: a claim costs the database nearly as much for a few tasks
/// as for two hundred. What was claimed so goes in by turns (<see cref="EnterAsync"/>), so that no more than the places are ever in flight.
/// </para>
/// </remarks>
/// <param name="capacity">The places.</param>
/// <param name="usual">How long a request may be under way without being given up for others.</param>
/// <param name="time">Tells how long that was.</param>
internal sealed class PollRoom(int capacity, TimeSpan usual, TimeProvider time)
{
    // Claims ahead of the places, in rooms: what ends in a moment is not known for longer.
    private const int MostAhead = 4;

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _door = [];
    private readonly List<Waiter> _waiting = [];
    private readonly EndRate _ends = new(time);
    private readonly int _spared = Math.Max(1, capacity / 4);

    // In the order in which they were begun, without those that were given up.
    private readonly LinkedList<Place> _begun = [];
    private int _taken, _inside, _givenUp;

    /// <summary>
    /// Takes room for up to <paramref name="wanted"/> requests. Where there is none, gives up as many as may be, and wakes
    /// <paramref name="waiter"/> when there is room.
    /// </summary>
    /// <param name="wanted">Requests at most.</param>
    /// <param name="waiter">Whom to wake.</param>
    /// <param name="ahead">For how long what is taken may wait for a place.</param>
    /// <param name="patience">How long to wait rather for half of the room than to take what little there is.</param>
    public int Take(int wanted, WakeSignal waiter, TimeSpan ahead = default, TimeSpan patience = default)
    {
        if (wanted <= 0) return 0;
        Place[] givenUp;
        lock (_lock)
        {
            var (now, all) = (time.GetTimestamp(), capacity + Ahead(waiter, ahead));
            var room = Math.Min(wanted, all - _taken);
            var asking = InLine(new(waiter, wanted, ahead, patience, now));
            if (room > 0 && (IsEnough(asking, all) || time.GetElapsedTime(asking.Since, now) >= patience))
            {
                _waiting.RemoveAll(waiting => waiting.Signal == waiter);
                _taken += room;
                return room;
            }

            _waiting.RemoveAll(waiting => waiting.Signal == waiter);
            _waiting.Add(asking);
            // Not for what is missing beside some room: whoever takes that much comes back once it is used.
            givenUp = room > 0 ? [] : GiveUp(Math.Min(wanted, capacity) - _givenUp);
        }

        foreach (var place in givenUp) place.Tell();
        return 0;
    }

    /// <summary>Returns when one of what was taken has a place; to be followed by <see cref="Leave"/>.</summary>
    public Task EnterAsync()
    {
        lock (_lock)
        {
            if (_inside < capacity)
            {
                _inside++;
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _door.Enqueue(turn);
            return turn.Task;
        }
    }

    /// <summary>Leaves that place to the next.</summary>
    public void Leave()
    {
        TaskCompletionSource? next;
        lock (_lock)
        {
            if (!_door.TryDequeue(out next)) _inside--;
        }

        next?.SetResult();
    }

    /// <summary>Returns places that were taken and not begun.</summary>
    public void Return(int requests)
    {
        if (requests == 0) return;
        lock (_lock) Free(requests);
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
            return NextGivenUpIn();
        }
    }

    /// <summary>
    /// In how long it is worth asking again for somebody who found too little room; null where it is now. So that whoever waits need not
    /// look into the database for it.
    /// </summary>
    public TimeSpan? WorthAskingIn(WakeSignal waiter)
    {
        lock (_lock)
        {
            if (_waiting.Find(waiting => waiting.Signal == waiter) is not { } there) return null;
            var all = capacity + Ahead(waiter, there.Ahead);
            var left = there.Patience - time.GetElapsedTime(there.Since);
            if (_taken < all) return IsEnough(there, all) || left <= TimeSpan.Zero ? null : left;
            return NextGivenUpIn() is { Ticks: <= 0 } ? null : there.Patience;
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

    private TimeSpan? NextGivenUpIn()
    {
        if (_taken - _givenUp <= _spared) return null;
        if (_begun.Count <= _spared) return usual;
        var left = usual - time.GetElapsedTime(_begun.ElementAt(_spared).BegunAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
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
        lock (_lock)
        {
            if (place.HasEnded) return;
            place.HasEnded = true;
            if (place.Node is { } node) _begun.Remove(node);
            else _givenUp--;
            _ends.Add();
            Free(1);
        }
    }

    // No further ahead than somebody in line may go, who would never find room otherwise. Who was woken and has not come yet may not want it.
    private int Ahead(WakeSignal asking, TimeSpan ahead)
    {
        foreach (var other in _waiting)
            if (other.Signal != asking && !other.IsWoken && other.Ahead < ahead) ahead = other.Ahead;
        return ahead <= TimeSpan.Zero ? 0 : Math.Min(_ends.Within(ahead), MostAhead * capacity);
    }

    // Its patience is counted from when it first came.
    private Waiter InLine(Waiter asking) =>
        _waiting.Find(waiting => waiting.Signal == asking.Signal) is { } there ? asking with { Since = there.Since } : asking;

    // Half of the room: the other half keeps the upstream busy while the next is claimed.
    private bool IsEnough(Waiter waiter, int all) =>
        all - _taken >= (waiter.Patience > TimeSpan.Zero ? Math.Min(waiter.Wanted, Math.Max(1, all / 2)) : 1);

    private void Free(int places)
    {
        _taken -= places;
        // Who is woken stays in line until it comes, and is not woken twice.
        for (var i = 0; i < _waiting.Count; i++)
        {
            var waiter = _waiting[i];
            if (waiter.IsWoken || !IsEnough(waiter, capacity + Ahead(waiter.Signal, waiter.Ahead))) continue;
            _waiting[i] = waiter with { IsWoken = true };
            waiter.Signal.Raise();
        }
    }

    private sealed record Waiter(WakeSignal Signal, int Wanted, TimeSpan Ahead, TimeSpan Patience, long Since, bool IsWoken = false);

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
