namespace Kyy.Bridge.Emulator;

/// <summary>What has happened, in order, and a way to wait for more of it by signal. Keeps the latest <paramref name="capacity"/> entries.</summary>
internal sealed class Journal<T>(int capacity = int.MaxValue)
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _entries = [];
    private readonly List<Waiter> _waiters = [];

    public IReadOnlyList<T> Entries
    {
        get
        {
            lock (_gate) return [.. _entries];
        }
    }

    public void Add(T entry)
    {
        lock (_gate)
        {
            if (_entries.Count == capacity) _entries.Dequeue();
            _entries.Enqueue(entry);
            foreach (var waiter in _waiters) waiter.See(entry);
        }
    }

    /// <summary>Waits until <paramref name="count"/> entries, those already there included, satisfy <paramref name="predicate"/>.</summary>
    /// <param name="predicate">Called while the journal is locked: a plain comparison.</param>
    /// <param name="count">How many.</param>
    /// <param name="timeout">Of the real clock: a wait bounded by a test's clock would hang with the test that forgets to advance it.</param>
    /// <exception cref="TimeoutException">Fewer came; the message says how many.</exception>
    public async Task<IReadOnlyList<T>> WaitForAsync(Func<T, bool> predicate, int count, TimeSpan timeout)
    {
        var waiter = new Waiter(predicate, count);
        lock (_gate)
        {
            foreach (var entry in _entries) waiter.See(entry);
            _waiters.Add(waiter);
        }

        try
        {
            return await waiter.Matches.WaitAsync(timeout);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{waiter.Seen} of {count} came within {timeout}.");
        }
        finally
        {
            lock (_gate) _waiters.Remove(waiter);
        }
    }

    private sealed class Waiter(Func<T, bool> predicate, int count)
    {
        private readonly List<T> _matches = [];
        private readonly TaskCompletionSource<IReadOnlyList<T>> _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IReadOnlyList<T>> Matches => _enough.Task;

        public int Seen => _matches.Count;

        public void See(T entry)
        {
            if (_enough.Task.IsCompleted || !predicate(entry)) return;
            _matches.Add(entry);
            if (_matches.Count >= count) _enough.SetResult([.. _matches]);
        }
    }
}
