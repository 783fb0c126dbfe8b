using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Polling;

/// <summary>How many requests may be in flight in this process. A claim is never larger than the room, so that what it takes can start.</summary>
internal sealed class PollRoom(int capacity)
{
    private readonly Lock _lock = new();
    private readonly List<WakeSignal> _waiting = [];
    private int _taken;

    /// <summary>Takes room for up to <paramref name="wanted"/> requests; where there is none, wakes <paramref name="waiter"/> when there is.</summary>
    public int Take(int wanted, WakeSignal waiter)
    {
        lock (_lock)
        {
            var room = Math.Min(wanted, capacity - _taken);
            _taken += room;
            if (room == 0 && !_waiting.Contains(waiter)) _waiting.Add(waiter);
            return room;
        }
    }

    public void Return(int requests)
    {
        if (requests == 0) return;
        WakeSignal[] woken;
        lock (_lock)
        {
            _taken -= requests;
            woken = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var waiter in woken) waiter.Raise();
    }
}
