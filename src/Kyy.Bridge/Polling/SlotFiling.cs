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
        update bridge.slots set next_due = least(next_due, now())
        where id in (select id from bridge.slots where id = any ($1) order by id for no key update)
        returning id
        """;

    private const string OpenSql = """
        insert into bridge.slots (lane, next_due) select lane, now() from unnest($1) lane returning id, lane
        """;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, OpenSlot> _open = [];

    /// <summary>A slot for each task, given the tasks' lanes, inside the transaction that inserts them.</summary>
    public async Task<long[]> FileAsync(NpgsqlConnection connection, IReadOnlyList<int> lanes, CancellationToken cancellation)
    {
        var free = await ReopenAsync(connection, [.. lanes.Distinct()], cancellation);
        foreach (var (lane, ids) in await OpenAsync(connection, Missing(lanes, free), cancellation))
        {
            if (!free.TryGetValue(lane, out var places)) free[lane] = places = new();
            foreach (var id in ids) AddPlaces(places, id, Size);
            Remember(lane, ids[^1]);
        }

        var slots = new long[lanes.Count];
        for (var i = 0; i < slots.Length; i++) slots[i] = free[lanes[i]].Dequeue();
        foreach (var (lane, left) in free) SetLeft(lane, left);
        return slots;
    }

    private async Task<Dictionary<int, Queue<long>>> ReopenAsync(NpgsqlConnection connection, int[] lanes, CancellationToken cancellation)
    {
        var candidates = Candidates(lanes);
        var free = new Dictionary<int, Queue<long>>();
        if (candidates.Count == 0) return free;

        await using var command = new NpgsqlCommand(ReopenSql, connection) { Parameters = { new() { Value = candidates.Keys.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var slot = candidates[reader.GetInt64(0)];
            AddPlaces(free[slot.Lane] = new(), slot.Id, slot.Left);
        }

        return free;
    }

    private static async Task<Dictionary<int, List<long>>> OpenAsync(NpgsqlConnection connection, int[] missing, CancellationToken cancellation)
    {
        var opened = new Dictionary<int, List<long>>();
        if (missing.Length == 0) return opened;

        await using var command = new NpgsqlCommand(OpenSql, connection) { Parameters = { new() { Value = missing } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var lane = reader.GetInt32(1);
            if (!opened.TryGetValue(lane, out var ids)) opened[lane] = ids = [];
            ids.Add(reader.GetInt64(0));
        }

        return opened;
    }

    // The lane of each slot that has to be opened, once a slot.
    private static int[] Missing(IReadOnlyList<int> lanes, Dictionary<int, Queue<long>> free) =>
    [
        .. lanes.CountBy(lane => lane).SelectMany(wanted =>
        {
            var lacking = wanted.Value - (free.TryGetValue(wanted.Key, out var places) ? places.Count : 0);
            return Enumerable.Repeat(wanted.Key, Math.Max(0, (lacking + Size - 1) / Size));
        }),
    ];

    private static void AddPlaces(Queue<long> places, long slot, int count)
    {
        for (var i = 0; i < count; i++) places.Enqueue(slot);
    }

    private Dictionary<long, OpenSlot> Candidates(int[] lanes)
    {
        lock (_lock)
        {
            return lanes
                .Select(lane => _open.GetValueOrDefault(lane))
                .OfType<OpenSlot>()
                .Where(slot => slot.Left > 0 && time.GetElapsedTime(slot.OpenedAt) < OpenFor)
                .ToDictionary(slot => slot.Id);
        }
    }

    private void Remember(int lane, long id)
    {
        lock (_lock) _open[lane] = new(lane, id, Size, time.GetTimestamp());
    }

    private void SetLeft(int lane, Queue<long> left)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(lane, out var slot)) _open[lane] = slot with { Left = left.Count(id => id == slot.Id) };
        }
    }

    private sealed record OpenSlot(int Lane, long Id, int Left, long OpenedAt);
}
