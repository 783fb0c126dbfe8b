using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Deliveries;

/// <summary>How many POSTs may be in flight: all together, and to one destination, so that a slow receiver holds its own share only.</summary>
internal sealed class DispatchRoom(int capacity, int perDestination, WakeSignal freed)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, int> _byDestination = [];
    private int _taken;

    /// <summary>Takes room for up to <paramref name="wanted"/> POSTs to a destination; how many there is room for.</summary>
    public int Take(int destination, int wanted)
    {
        lock (_lock)
        {
            var there = _byDestination.GetValueOrDefault(destination);
            var room = Math.Clamp(Math.Min(capacity - _taken, perDestination - there), 0, wanted);
            if (room == 0) return 0;
            _taken += room;
            _byDestination[destination] = there + room;
            return room;
        }
    }

    public void Return(int destination, int posts)
    {
        if (posts == 0) return;
        lock (_lock)
        {
            _taken -= posts;
            var left = _byDestination[destination] - posts;
            if (left == 0) _byDestination.Remove(destination);
            else _byDestination[destination] = left;
        }

        freed.Raise();
    }
}
