using System.Collections.Concurrent;
using Kyy.Bridge.Http;
using Npgsql;

namespace Kyy.Bridge.Limits;

/// <summary>
/// How many tasks of each client are in flight: counted now and then, and what was registered here since. Another process's
/// registrations of the last seconds are not in it, so that a client may get over its limit by what it registers meanwhile. That is
/// worth a count less at every registration.
/// </summary>
internal sealed class TasksInFlight(NpgsqlDataSource dataSource, LimitsSettings limits, TimeProvider time)
{
    private const int Capacity = 10_000;

    /// <summary>How long a count is good for: near the limit, and with more than half of it left.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(1), LifeFarFromIt = TimeSpan.FromSeconds(10);

    // A slot is one client's, and an ended task is in none. By lanes, of which there are few, for the sake of the index slots_turns;
    // then tasks_slot.
    private const string Sql = """
        select count(*)
        from bridge.lanes l
        join bridge.slots s on s.lane = l.id and s.client_id = $1
        join bridge.tasks t on t.slot_id = s.id
        """;

    private readonly ConcurrentDictionary<Guid, ClientTasks> _counts = new();

    /// <summary>A client's, as far as they are known here.</summary>
    public async Task<ClientTasks> OfAsync(Guid client, CancellationToken cancellation)
    {
        if (_counts.TryGetValue(client, out var known) && IsFresh(known)) return known;
        // The age counts from before the look. Two that look at once do it twice, which is cheaper than to have one wait for the other.
        var asked = time.GetTimestamp();
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = client });
        var counted = (long)(await command.ExecuteScalarAsync(cancellation))!;
        if (_counts.Count >= Capacity) _counts.Clear();
        return _counts[client] = new(counted, limits.TasksInFlight, asked);
    }

    private bool IsFresh(ClientTasks known) =>
        time.GetElapsedTime(known.Asked) < (known.InFlight < limits.TasksInFlight / 2 ? LifeFarFromIt : Life);
}

/// <summary>One count of a client's tasks in flight, and what was taken since.</summary>
internal sealed class ClientTasks(long counted, int most, long asked)
{
    private long _inFlight = counted;

    public long Asked => asked;

    public long InFlight => Interlocked.Read(ref _inFlight);

    /// <summary>Takes room for as many tasks as there is, and says for how many. What was not used is to be given back, here.</summary>
    public int Take(int tasks)
    {
        var after = Interlocked.Add(ref _inFlight, tasks);
        var over = (int)Math.Clamp(after - most, 0, tasks);
        GiveBack(over);
        return tasks - over;
    }

    public void GiveBack(int tasks) => Interlocked.Add(ref _inFlight, -tasks);
}
