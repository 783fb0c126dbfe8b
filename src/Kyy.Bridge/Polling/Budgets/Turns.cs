namespace Kyy.Bridge.Polling.Budgets;

/// <summary>
/// Whose turn it is in one budget. Clients take turns however much each has due, and so do the lanes of a client; tasks that were
/// never asked about have at most half of the budget while others are late.
/// </summary>
internal sealed class Turns(TimeProvider time)
{
    // Who has asked within this time has something due still: claims come much more often.
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(1);

    // With many clients each has several turns at once and waits longer for the next ones: a claim for each would cost the database.
    private const int Quantum = 5;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Line> _clients = [];
    private readonly Dictionary<(int Lane, Guid Client, bool Fresh), long> _served = [];
    private long _order, _otherSeen = long.MinValue;
    private int _freshWaiting;

    /// <summary>How many names are kept.</summary>
    public int Known => _clients.Count + _served.Count;

    /// <summary>Puts those who have something due in the order of their turns: who was served longest ago comes first.</summary>
    public IReadOnlyList<LaneDue> Order(IReadOnlyCollection<LaneDue> due)
    {
        lock (_lock)
        {
            ForgetOld();
            var now = time.GetTimestamp();
            foreach (var one in due)
            {
                LineOf(one.Client).Seen = now;
                if (!one.Fresh) _otherSeen = now;
            }

            return [.. due.OrderBy(one => _clients[one.Client].Served).ThenBy(one => _served.GetValueOrDefault(NameOf(one))).ThenBy(one => one.DueIn)];
        }
    }

    /// <summary>How many of the turns ahead this one may take now.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="ahead">How many turns there are ahead for all.</param>
    public int ShareOf(LaneDue who, int ahead)
    {
        lock (_lock)
        {
            var line = LineOf(who.Client);
            var active = Math.Max(1, _clients.Values.Count(other => IsRecent(other.Seen)));
            var share = Math.Max(Math.Min(ahead, Quantum), ahead / active) - line.Waiting;
            return who.Fresh && IsRecent(_otherSeen) ? Math.Min(share, Math.Max(1, ahead / 2) - _freshWaiting) : share;
        }
    }

    /// <summary>So many of its requests wait for their turn from now on.</summary>
    public void Begin(LaneDue who, int count)
    {
        if (count == 0) return;
        lock (_lock)
        {
            var line = LineOf(who.Client);
            line.Waiting += count;
            line.Served = _served[NameOf(who)] = ++_order;
            if (who.Fresh) _freshWaiting += count;
        }
    }

    /// <summary>So many of them had their turn, or will not need it.</summary>
    public void End(LaneDue who, int count)
    {
        if (count == 0) return;
        lock (_lock)
        {
            LineOf(who.Client).Waiting -= count;
            if (who.Fresh) _freshWaiting -= count;
        }
    }

    private static (int Lane, Guid Client, bool Fresh) NameOf(LaneDue who) => (who.Id, who.Client, who.Fresh);

    private Line LineOf(Guid client)
    {
        if (!_clients.TryGetValue(client, out var line)) _clients[client] = line = new();
        return line;
    }

    private bool IsRecent(long seen) => seen != long.MinValue && time.GetElapsedTime(seen) < Recent;

    // Clients come and go; a few hundred names cost nothing to keep.
    private void ForgetOld()
    {
        if (_clients.Count + _served.Count < 1_000) return;
        foreach (var (client, _) in _clients.Where(client => client.Value.Waiting == 0 && !IsRecent(client.Value.Seen)).ToArray())
            _clients.Remove(client);
        foreach (var name in _served.Keys.Where(name => !_clients.ContainsKey(name.Client)).ToArray()) _served.Remove(name);
    }

    private sealed class Line
    {
        public long Seen { get; set; } = long.MinValue;

        public int Waiting { get; set; }

        public long Served { get; set; }
    }
}
