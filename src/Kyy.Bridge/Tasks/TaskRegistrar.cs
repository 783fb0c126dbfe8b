using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>
/// Registers tasks. The single one and the batch are one path: single registrations that arrive together share a transaction, and a
/// batch has several at the same time.
/// </summary>
internal sealed class TaskRegistrar : IAsyncDisposable
{
    // Whole slots, and long enough for what a transaction costs by itself to be little of it.
    private const int LargestSingles = 1_000, Chunk = 10 * SlotFiling.Size;

    // While the one waits for the disk, the other gathers what arrives.
    private const int SingleWriters = 2;

    // Transactions of batches at the same time: enough for PostgreSQL to be busy while a commit waits for the disk.
    private const int MostWriters = 4;

    // A caller has its answer, or its 503, within five seconds, also where it had to wait for the batch before its own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4), LeastPatience = TimeSpan.FromSeconds(0.5);

    private readonly NpgsqlDataSource _dataSource;
    private readonly Lanes _lanes;
    private readonly CallbackHosts _hosts;
    private readonly SlotFiling _slots;
    private readonly PollSignals _polls;
    private readonly Dispatcher _dispatcher;
    private readonly LimitsSettings _limits;
    private readonly Ids _ids;
    private readonly TimeProvider _time;
    private readonly ILogger<TaskRegistrar> _logger;
    private readonly Batcher<Pending>[] _singles;
    private readonly SemaphoreSlim _writers;
    private uint _turn;

    public TaskRegistrar(
        NpgsqlDataSource dataSource, Lanes lanes, CallbackHosts hosts, SlotFiling slots, PollSignals polls, Dispatcher dispatcher,
        LimitsSettings limits, Ids ids, TimeProvider time, ILogger<TaskRegistrar> logger)
    {
        (_dataSource, _lanes, _hosts, _slots, _polls, _dispatcher) = (dataSource, lanes, hosts, slots, polls, dispatcher);
        (_limits, _ids, _time, _logger) = (limits, ids, time, logger);
        _singles = [.. Enumerable.Range(0, SingleWriters).Select(_ => new Batcher<Pending>(LargestSingles, WriteAsync))];
        // A batch leaves most of a small pool to the others.
        _writers = new(Math.Clamp(new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).MaxPoolSize / 5, 1, MostWriters));
    }

    /// <summary>Registers one task. What it returns is committed.</summary>
    public async Task<RegistrationResult> RegisterAsync(Registration registration, CancellationToken cancellation)
    {
        var pending = new Pending(registration) { IsShown = true, AskedAt = _time.GetTimestamp() };
        await _singles[Interlocked.Increment(ref _turn) % SingleWriters].AddAsync(pending, cancellation);
        return pending.Result!;
    }

    /// <summary>Registers many; the results stand in the order of the registrations. A task that is repeated exists the second time.</summary>
    public async Task<IReadOnlyList<RegistrationResult>> RegisterAsync(IReadOnlyList<Registration> registrations, CancellationToken cancellation)
    {
        Pending[] pending = [.. registrations.Select(registration => new Pending(registration))];
        // Sorted before they are cut, so that transactions at the same time write to different places of an index.
        await WriteChunksAsync(Sorted(pending), cancellation);
        await WriteChunksAsync(Array.FindAll(pending, row => row.Result is null), cancellation);
        return [.. pending.Select(one => one.Result!)];
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var single in _singles) await single.DisposeAsync();
        _writers.Dispose();
    }

    // The first mention of each task. The parts of a batch are sorted already.
    private static IReadOnlyList<Pending> Sorted(IReadOnlyList<Pending> rows) => IsSorted(rows)
        ? rows
        : [.. rows.DistinctBy(row => row.Registration.Key).OrderBy(row => row.Registration.TaskId, StringComparer.Ordinal)];

    private static bool IsSorted(IReadOnlyList<Pending> rows)
    {
        for (var i = 1; i < rows.Count; i++)
        {
            if (string.CompareOrdinal(rows[i - 1].Registration.TaskId, rows[i].Registration.TaskId) >= 0) return false;
        }

        return true;
    }

    private Task WriteChunksAsync(IReadOnlyList<Pending> rows, CancellationToken cancellation) => rows.Count <= Chunk
        ? WriteInTurnAsync(rows, cancellation)
        : Parallel.ForEachAsync(
            rows.Chunk(Chunk), new ParallelOptions { MaxDegreeOfParallelism = MostWriters, CancellationToken = cancellation },
            async (chunk, stopping) => await WriteInTurnAsync(chunk, stopping));

    private async Task WriteInTurnAsync(IReadOnlyList<Pending> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0) return;
        // One patience for the wait and the write: an outage that others wait for as well is told in time, too.
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await _writers.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException("Too many batches are being registered.");
        }

        try
        {
            await WriteAsync(rows, patience);
        }
        finally
        {
            _writers.Release();
        }
    }

    // Singles, in the order in which they came.
    private async Task WriteAsync(IReadOnlyList<Pending> rows)
    {
        var left = Patience - _time.GetElapsedTime(rows[0].AskedAt);
        using var patience = new CancellationTokenSource(left > LeastPatience ? left : LeastPatience, _time);
        await WriteAsync(rows, patience);
    }

    private async Task WriteAsync(IReadOnlyList<Pending> rows, CancellationTokenSource patience)
    {
        try
        {
            for (var round = rows; round.Count > 0;)
            {
                var current = round;
                await BatchWrite.RepeatAsync(() => WriteRoundAsync(current, patience.Token), _time, _logger, patience.Token);
                // A repeated task meets the row of its first mention; one that another process restarted meanwhile is looked at again.
                round = [.. current.Where(row => row.Result is null)];
            }

            // A commit that waits for its standby and is cancelled is answered with success, and the standby has not got it.
            patience.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException("The database did not take the registration in time.");
        }
    }

    private async Task WriteRoundAsync(IReadOnlyList<Pending> rows, CancellationToken cancellation)
    {
        foreach (var row in rows) row.Result = null;
        var firsts = Sorted(rows);
        await PlaceAsync(firsts, cancellation);

        await using var connection = await _dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var kept = await KeepAsync(connection, firsts, cancellation);
        using var filed = await _slots.FileAsync(
            connection, Array.ConvertAll(kept, row => new SlotOwner(row.Lane, row.Registration.Client)), cancellation);
        var served = await new RegistrationRound(connection, _ids, _limits.CallbacksPerTask).RunAsync(kept, filed.Slots, cancellation);
        await RegistrationFacts.TellAsync(connection, kept, cancellation);
        await transaction.CommitAsync(cancellation);

        foreach (var family in firsts.Where(row => row.Result is RegistrationResult.Created).Select(row => row.Registration.Family).Distinct())
            _polls.Of(family).Raise();
        if (served > 0) _dispatcher.Wake.Raise();
    }

    private async Task PlaceAsync(IReadOnlyList<Pending> rows, CancellationToken cancellation)
    {
        var hosts = await _hosts.FindAsync(rows.Where(row => row.Host is not null).Select(row => row.Host!.Value), cancellation);
        foreach (var row in rows)
        {
            if (row.Host is { } host) row.Destination = hosts[host];
            var registration = row.Registration;
            row.Lane = await _lanes.FindAsync(
                registration.UpstreamKey, registration.Family, registration.ServiceTier ?? Client.Contracts.ServiceTiers.Default, cancellation);
        }
    }

    // Those whose upstream key is there and stays until the commit.
    private static async Task<Pending[]> KeepAsync(
        NpgsqlConnection connection, IReadOnlyList<Pending> firsts, CancellationToken cancellation)
    {
        var held = await UpstreamKeyHold.TakeAsync(connection, firsts.Select(row => row.Registration.UpstreamKey), cancellation);
        foreach (var row in firsts)
        {
            if (!held.Contains(row.Registration.UpstreamKey)) row.Result = new RegistrationResult.KeyRemoved();
        }

        return [.. firsts.Where(row => row.Result is null)];
    }

    /// <summary>A registration on its way.</summary>
    internal sealed class Pending(Registration registration)
    {
        public Registration Registration => registration;

        public CallbackHost? Host => registration.Callback is { } callback ? new(registration.Client, callback.Host) : null;

        /// <summary>Whether the answer shows the task, and not only its id.</summary>
        public bool IsShown { get; init; }

        /// <summary>When it came, of a single.</summary>
        public long AskedAt { get; init; }

        public int Lane { get; set; }

        /// <summary>Where the callback goes, if there is one.</summary>
        public int Destination { get; set; }

        public RegistrationResult? Result { get; set; }
    }
}
