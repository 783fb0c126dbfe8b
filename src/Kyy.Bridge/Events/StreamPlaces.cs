using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Kyy.Bridge.Http;

namespace Kyy.Bridge.Events;

/// <summary>How many streams each client holds open, in this process.</summary>
internal sealed class StreamPlaces(LimitsSettings limits)
{
    private readonly ConcurrentDictionary<Guid, int> _open = [];

    /// <summary>How many the owner of a key holds open here.</summary>
    public int Of(Guid owner) => _open.GetValueOrDefault(owner);

    /// <summary>Takes a place, which is free again when it is disposed of.</summary>
    public bool TryTake(Guid owner, [NotNullWhen(true)] out IDisposable? place)
    {
        place = null;
        if (_open.AddOrUpdate(owner, 1, (_, open) => open + 1) > limits.Streams)
        {
            Leave(owner);
            return false;
        }

        place = new Place(this, owner);
        return true;
    }

    private void Leave(Guid owner)
    {
        // Removed with the last stream, so that the table does not grow with every client there ever was.
        if (_open.AddOrUpdate(owner, 0, (_, open) => open - 1) == 0) _open.TryRemove(new(owner, 0));
    }

    private sealed class Place(StreamPlaces places, Guid owner) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) places.Leave(owner);
        }
    }
}
