using Kyy.Bridge.Replica.Signals;

namespace Kyy.Bridge.Replica.Transactions;

/// <summary>The transactions of this process, each by its connection, and whether anything of them goes on.</summary>
internal sealed class OpenTransactions
{
    // A slice is cut short when something moves, and a process that was frozen has lost one of them and not all.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(10);
    private const int FirstSlices = 2, Slices = 300;

    private readonly object _gate = new();
    private readonly Dictionary<int, Progress> _open = [];

    public OpenTransactions(DatabaseSignals database)
    {
        database.TransactionBegun += connection => Change(() => _open[connection] = new());
        database.TransactionEnded += connection => Change(() => _open.Remove(connection));
        database.Executing += (connection, _) => Move(connection, isBusy: true, isOver: false);
        // A batch may end its transaction by itself.
        database.Executed += (connection, statements) => Move(connection, isBusy: false, isOver: statements is [.., "commit"]);
    }

    /// <summary>
    /// The connection of a transaction that stands still for as long as the caller does; null where there is none, mostly at once. One that
    /// is another flow's goes on meanwhile: only that of the caller's own flow waits for it.
    /// </summary>
    /// <param name="isIdle">
    /// Whether the server waits for it, too. Of a commit nothing is told before it is done: whoever is held back for as long as that would
    /// never be seen to be ahead of it.
    /// </param>
    public int? WaitingForTheCaller(Func<int, bool> isIdle)
    {
        Dictionary<int, Progress> idle;
        lock (_gate) idle = _open.Where(open => !open.Value.IsBusy).ToDictionary();
        foreach (var one in Standing(idle, FirstSlices).Where(one => !isIdle(one))) idle.Remove(one);
        return Standing(idle, Slices).Where(isIdle).Cast<int?>().FirstOrDefault();
    }

    private int[] Standing(Dictionary<int, Progress> idle, int slices)
    {
        lock (_gate)
        {
            for (var slice = 0; slice < slices && Standing(idle).Any(); slice++) Monitor.Wait(_gate, Slice);
            return [.. Standing(idle)];
        }
    }

    private IEnumerable<int> Standing(Dictionary<int, Progress> idle) =>
        idle.Where(before => _open.GetValueOrDefault(before.Key) == before.Value).Select(before => before.Key);

    private void Move(int connection, bool isBusy, bool isOver) => Change(() =>
    {
        if (isOver) _open.Remove(connection);
        else if (_open.ContainsKey(connection)) _open[connection] = new() { IsBusy = isBusy };
    });

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            Monitor.PulseAll(_gate);
        }
    }

    // Compared by identity: every step of a transaction makes another one.
    private sealed class Progress
    {
        public bool IsBusy { get; init; }
    }
}
