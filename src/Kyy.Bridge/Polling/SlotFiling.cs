using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>
/// Files new tasks in slots: those that are registered about together share one, up to its size. The open slots are remembered
/// by this process only, so that replicas do not queue for one row.
/// </summary>
internal sealed class SlotFiling(TimeProvider time)
{
    /// <summary>Tasks in a slot at most: a claim of a slot reads all of them.</summary>
    public const int Size = 500;

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
    private readonly Dictionary<SlotOwner, OpenSlot> _open = [];

    /// <summary>A slot for each task, given the tasks' lanes and clients, inside the transaction that inserts them.</summary>
    public async Task<long[]> FileAsync(NpgsqlConnection connection, IReadOnlyList<SlotOwner> owners, CancellationToken cancellation)
    {
        var free = await ReopenAsync(connection, [.. owners.Distinct()], cancellation);
        foreach (var (owner, ids) in await OpenAsync(connection, Missing(owners, free), cancellation))
        {
            if (!free.TryGetValue(owner, out var places)) free[owner] = places = new();
            foreach (var id in ids) AddPlaces(places, id, Size);
            Remember(owner, ids[^1]);
        }

        var slots = new long[owners.Count];
        for (var i = 0; i < slots.Length; i++) slots[i] = free[owners[i]].Dequeue();
        foreach (var (owner, left) in free) SetLeft(owner, left);
        return slots;
    }

    private async Task<Dictionary<SlotOwner, Queue<long>>> ReopenAsync(NpgsqlConnection connection, SlotOwner[] owners, CancellationToken cancellation)
    {
        var candidates = Candidates(owners);
        var free = new Dictionary<SlotOwner, Queue<long>>();
        if (candidates.Count == 0) return free;

        await using var command = new NpgsqlCommand(ReopenSql, connection) { Parameters = { new() { Value = candidates.Keys.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var slot = candidates[reader.GetInt64(0)];
            AddPlaces(free[slot.Owner] = new(), slot.Id, slot.Left);
        }

        return free;
    }

    private static async Task<Dictionary<SlotOwner, List<long>>> OpenAsync(NpgsqlConnection connection, SlotOwner[] missing, CancellationToken cancellation)
    {
        var opened = new Dictionary<SlotOwner, List<long>>();
        if (missing.Length == 0) return opened;

        await using var command = new NpgsqlCommand(OpenSql, connection)
        {
            Parameters = { Rows.Column(missing, owner => owner.Lane), Rows.Column(missing, owner => owner.Client) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var owner = new SlotOwner(reader.GetInt32(1), reader.GetGuid(2));
            if (!opened.TryGetValue(owner, out var ids)) opened[owner] = ids = [];
            ids.Add(reader.GetInt64(0));
        }

        return opened;
    }

    // The owner of each slot that has to be opened, once a slot.
    private static SlotOwner[] Missing(IReadOnlyList<SlotOwner> owners, Dictionary<SlotOwner, Queue<long>> free) =>
    [
        .. owners.CountBy(owner => owner).SelectMany(wanted =>
        {
            var lacking = wanted.Value - (free.TryGetValue(wanted.Key, out var places) ? places.Count : 0);
            return Enumerable.Repeat(wanted.Key, Math.Max(0, (lacking + Size - 1) / Size));
        }),
    ];

    private static void AddPlaces(Queue<long> places, long slot, int count)
    {
        for (var i = 0; i < count; i++) places.Enqueue(slot);
    }

    private Dictionary<long, OpenSlot> Candidates(SlotOwner[] owners)
    {
        lock (_lock)
        {
            return owners
                .Select(owner => _open.GetValueOrDefault(owner))
                .OfType<OpenSlot>()
                .Where(slot => slot.Left > 0 && time.GetElapsedTime(slot.OpenedAt) < OpenFor)
                .ToDictionary(slot => slot.Id);
        }
    }

    private void Remember(SlotOwner owner, long id)
    {
        lock (_lock) _open[owner] = new(owner, id, Size, time.GetTimestamp());
    }

    private void SetLeft(SlotOwner owner, Queue<long> left)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(owner, out var slot)) _open[owner] = slot with { Left = left.Count(id => id == slot.Id) };
        }
    }

    private sealed record OpenSlot(SlotOwner Owner, long Id, int Left, long OpenedAt);
}

/// <summary>Whose tasks a slot holds: those of one client in one lane, so that clients can take turns.</summary>
internal readonly record struct SlotOwner(int Lane, Guid Client);
