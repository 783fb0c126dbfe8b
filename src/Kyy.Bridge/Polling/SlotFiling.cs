using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>
/// Files new tasks in slots: those that are registered about together share one, up to its size. The open slots are remembered
/// by this process only, so that replicas do not queue for one row, and lent to one transaction at a time.
/// </summary>
internal sealed class SlotFiling(TimeProvider time)
{
    /// <summary>
    /// Tasks in a slot at most. A claim reads all of its slots' tasks twice, so a slot is as large as a claim: with 500, claims of 100
    /// cost PostgreSQL a third more, and fewer than 200 gain nothing any more.
    /// </summary>
    public const int Size = 200;

    // Much shorter than a window, so that the members of a slot come due about together.
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(3);

    // Locks the row against the claim that would delete an empty slot, and makes the slot due, as its new members are.
    private const string ReopenSql = """
        update bridge.slots set next_due = least(next_due, now()), fresh = true
        where id in (select id from bridge.slots where id = any ($1) order by id for no key update)
        returning id
        """;

    private const string OpenSql = """
        insert into bridge.slots (lane, client_id, next_due) select lane, client_id, now() from unnest($1, $2) n (lane, client_id)
        returning id, lane, client_id
        """;

    private readonly Lock _lock = new();
    private readonly Dictionary<SlotOwner, Stack<OpenSlot>> _open = [];

    /// <summary>
    /// A slot for each task, given the tasks' lanes and clients, inside the transaction that inserts them. What is left free in them is
    /// nobody else's until the result is disposed of, which is to be when the transaction is over: another one would wait for its end.
    /// </summary>
    public async Task<FiledSlots> FileAsync(NpgsqlConnection connection, IReadOnlyList<SlotOwner> owners, CancellationToken cancellation)
    {
        var wanted = owners.CountBy(owner => owner).ToArray();
        var free = await ReopenAsync(connection, [.. wanted.Select(one => one.Key)], cancellation);
        foreach (var slot in await OpenAsync(connection, Missing(wanted, free), cancellation)) Add(free, slot);

        var slots = new long[owners.Count];
        for (var i = 0; i < slots.Length; i++) slots[i] = TakePlace(free[owners[i]]);
        return new(slots, () => GiveBack(free.Values.SelectMany(left => left)));
    }

    private async Task<Dictionary<SlotOwner, Queue<OpenSlot>>> ReopenAsync(
        NpgsqlConnection connection, SlotOwner[] owners, CancellationToken cancellation)
    {
        var candidates = TakeOpen(owners);
        var free = new Dictionary<SlotOwner, Queue<OpenSlot>>();
        if (candidates.Count == 0) return free;

        await using var command = new NpgsqlCommand(ReopenSql, connection) { Parameters = { new() { Value = candidates.Keys.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) Add(free, candidates[reader.GetInt64(0)]);
        return free;
    }

    private async Task<List<OpenSlot>> OpenAsync(NpgsqlConnection connection, SlotOwner[] missing, CancellationToken cancellation)
    {
        var opened = new List<OpenSlot>();
        if (missing.Length == 0) return opened;

        await using var command = new NpgsqlCommand(OpenSql, connection)
        {
            Parameters = { Rows.Column(missing, owner => owner.Lane), Rows.Column(missing, owner => owner.Client) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            opened.Add(new(new(reader.GetInt32(1), reader.GetGuid(2)), reader.GetInt64(0), time.GetTimestamp()));
        return opened;
    }

    // The owner of each slot that has to be opened, once a slot.
    private static SlotOwner[] Missing(KeyValuePair<SlotOwner, int>[] wanted, Dictionary<SlotOwner, Queue<OpenSlot>> free) =>
    [
        .. wanted.SelectMany(one =>
        {
            var lacking = one.Value - (free.TryGetValue(one.Key, out var slots) ? slots.Sum(slot => slot.Left) : 0);
            return Enumerable.Repeat(one.Key, Math.Max(0, (lacking + Size - 1) / Size));
        }),
    ];

    private static void Add(Dictionary<SlotOwner, Queue<OpenSlot>> free, OpenSlot slot)
    {
        if (!free.TryGetValue(slot.Owner, out var slots)) free[slot.Owner] = slots = new();
        slots.Enqueue(slot);
    }

    private static long TakePlace(Queue<OpenSlot> slots)
    {
        var slot = slots.Peek();
        if (--slot.Left == 0) slots.Dequeue();
        return slot.Id;
    }

    // One for each owner: whoever files at the same time takes another.
    private Dictionary<long, OpenSlot> TakeOpen(SlotOwner[] owners)
    {
        var taken = new Dictionary<long, OpenSlot>();
        lock (_lock)
        {
            foreach (var owner in owners)
            {
                if (!_open.TryGetValue(owner, out var slots)) continue;
                var slot = slots.Pop();
                if (slots.Count == 0) _open.Remove(owner);
                if (time.GetElapsedTime(slot.OpenedAt) < OpenFor) taken[slot.Id] = slot;
            }
        }

        return taken;
    }

    private void GiveBack(IEnumerable<OpenSlot> left)
    {
        lock (_lock)
        {
            foreach (var slot in left)
            {
                if (!_open.TryGetValue(slot.Owner, out var slots)) _open[slot.Owner] = slots = new();
                slots.Push(slot);
            }
        }
    }

    private sealed class OpenSlot(SlotOwner owner, long id, long openedAt)
    {
        public SlotOwner Owner => owner;

        public long Id => id;

        public long OpenedAt => openedAt;

        public int Left { get; set; } = Size;
    }
}

/// <summary>The slots that tasks are filed in, in the tasks' order.</summary>
internal sealed class FiledSlots(long[] slots, Action giveBack) : IDisposable
{
    public IReadOnlyList<long> Slots => slots;

    /// <summary>Lets others have what is left free.</summary>
    public void Dispose() => giveBack();
}

/// <summary>Whose tasks a slot holds: those of one client in one lane, so that clients can take turns.</summary>
internal readonly record struct SlotOwner(int Lane, Guid Client);
