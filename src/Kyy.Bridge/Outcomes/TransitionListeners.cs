using Kyy.Bridge.Scheduling;
using Npgsql;

namespace Kyy.Bridge.Outcomes;

/// <summary>
/// Which clients have an endpoint that listens for <c>task.queued</c> or <c>task.processing</c>: the bytes of those events are made for
/// nobody else. It is a guess that is a second old at most; whether there is such an event is decided by <see cref="InsertEvents"/>.
/// </summary>
/// <remarks>A guess of "yes" too many costs a few bytes, so nobody is left out in doubt: everybody listens until the first look.</remarks>
internal sealed class TransitionListeners(NpgsqlDataSource dataSource, TimeProvider time) : IRecurringWork
{
    private const string Sql = """
        select distinct client_id from bridge.endpoints
        where deleted_at is null and status = 'enabled' and events && array['task.queued', 'task.processing']
        """;

    // Longer than any transaction that is still to commit what it has told of.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly Lock _writing = new();
    private volatile HashSet<Guid>? _read;
    private volatile Dictionary<Guid, long> _told = [];

    public string Name => "listeners";

    public TimeSpan Cadence { get; } = TimeSpan.FromSeconds(1);

    public WakeSignal Wake { get; } = new();

    /// <summary>Whether an endpoint of the client may listen for transitions.</summary>
    public bool Include(Guid client) => _read is not { } read || read.Contains(client) || _told.ContainsKey(client);

    /// <summary>Told of a client that makes, changes or enables an endpoint in this process, before or after its commit.</summary>
    public void Changed(Guid client)
    {
        lock (_writing) _told = new(_told) { [client] = time.GetTimestamp() };
    }

    /// <summary>Looks.</summary>
    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var read = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellation)) read.Add(reader.GetGuid(0));
        _read = read;
        Forget();
        return new(0);
    }

    private void Forget()
    {
        if (_told.Count == 0) return;
        lock (_writing) _told = _told.Where(told => time.GetElapsedTime(told.Value) < Remembered).ToDictionary();
    }
}
