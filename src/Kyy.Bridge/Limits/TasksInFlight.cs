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

    // For whoever only wants to know whether there is room: longer than any count takes.
    private static readonly TimeSpan LifeWhileCounting = LifeFarFromIt + TimeSpan.FromSeconds(20);

    // A slot is one client's, and an ended task is in none. By lanes, of which there are few, for the sake of the index slots_turns;
    // then tasks_slot.
    private const string Sql = """
        select count(*)
        from bridge.lanes l
        join bridge.slots s on s.lane = l.id and s.client_id = $1
        join bridge.tasks t on t.slot_id = s.id
        """;

    private readonly ConcurrentDictionary<Guid, ClientTasks> _counts = new();
    private readonly ConcurrentDictionary<Guid, Lazy<Task<ClientTasks>>> _looks = new();

    /// <summary>A client's, as far as they are known here.</summary>
    public async Task<ClientTasks> OfAsync(Guid client, CancellationToken cancellation) =>
        _counts.TryGetValue(client, out var known) && IsYoungerThan(LifeOf(known), known)
            ? known
            : await LookAsync(client).WaitAsync(cancellation);

    /// <summary>
    /// The same for somebody who registers. A count of a million tasks takes a while: far from the limit nobody waits for it who can go
    /// by the one before.
    /// </summary>
    public async Task<ClientTasks> RoomOfAsync(Guid client, CancellationToken cancellation)
    {
        if (!_counts.TryGetValue(client, out var known) || !IsFarFromIt(known) || !IsYoungerThan(LifeWhileCounting, known))
            return await OfAsync(client, cancellation);
        // What becomes of it is seen by whoever asks next: one that failed is begun anew.
        if (!IsYoungerThan(LifeFarFromIt, known)) _ = LookAsync(client);
        return known;
    }

    // Whoever asks meanwhile shares it: sixty-four connections would count sixty-four times.
    private Task<ClientTasks> LookAsync(Guid client) => _looks.GetOrAdd(client, _ => new(() => CountAsync(client))).Value;

    private async Task<ClientTasks> CountAsync(Guid client)
    {
        try
        {
            // The age counts from before the look.
            var asked = time.GetTimestamp();
            await using var command = dataSource.CreateCommand(Sql);
            command.Parameters.Add(new() { Value = client });
            var counted = (long)(await command.ExecuteScalarAsync())!;
            if (_counts.Count >= Capacity) _counts.Clear();
            return _counts[client] = new(counted, limits.TasksInFlight, asked);
        }
        finally
        {
            _looks.TryRemove(client, out _);
        }
    }

    private TimeSpan LifeOf(ClientTasks known) => IsFarFromIt(known) ? LifeFarFromIt : Life;

    private bool IsFarFromIt(ClientTasks known) => known.InFlight < limits.TasksInFlight / 2;

    private bool IsYoungerThan(TimeSpan age, ClientTasks known) => time.GetElapsedTime(known.Asked) < age;
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
