using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>
/// Registers tasks. The single one and the batch are one path: single registrations that arrive together share a transaction.
/// </summary>
internal sealed class TaskRegistrar : IAsyncDisposable
{
    private const int LargestBatch = 1_000;

    // A caller has its answer, or its 503, within five seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly NpgsqlDataSource _dataSource;
    private readonly Lanes _lanes;
    private readonly SlotFiling _slots;
    private readonly PollSignals _polls;
    private readonly Dispatcher _dispatcher;
    private readonly LimitsSettings _limits;
    private readonly Ids _ids;
    private readonly TimeProvider _time;
    private readonly ILogger<TaskRegistrar> _logger;
    private readonly Batcher<Pending> _singles;

    public TaskRegistrar(
        NpgsqlDataSource dataSource, Lanes lanes, SlotFiling slots, PollSignals polls, Dispatcher dispatcher,
        LimitsSettings limits, Ids ids, TimeProvider time, ILogger<TaskRegistrar> logger)
    {
        (_dataSource, _lanes, _slots, _polls, _dispatcher) = (dataSource, lanes, slots, polls, dispatcher);
        (_limits, _ids, _time, _logger) = (limits, ids, time, logger);
        _singles = new(LargestBatch, WriteAsync);
    }

    /// <summary>Registers one task. What it returns is committed.</summary>
    public async Task<RegistrationResult> RegisterAsync(Registration registration, CancellationToken cancellation)
    {
        var pending = new Pending(registration);
        await _singles.AddAsync(pending, cancellation);
        return pending.Result!;
    }

    /// <summary>Registers many; the results stand in the order of the registrations. A task that is repeated exists the second time.</summary>
    public async Task<IReadOnlyList<RegistrationResult>> RegisterAsync(IReadOnlyList<Registration> registrations, CancellationToken cancellation)
    {
        Pending[] pending = [.. registrations.Select(registration => new Pending(registration))];
        foreach (var chunk in pending.Chunk(LargestBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            await WriteAsync(chunk);
        }

        return [.. pending.Select(one => one.Result!)];
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _singles.DisposeAsync();

    private async Task WriteAsync(IReadOnlyList<Pending> rows)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        try
        {
            for (var round = rows; round.Count > 0;)
            {
                var current = round;
                await BatchWrite.RepeatAsync(() => WriteRoundAsync(current, patience.Token), _time, _logger, patience.Token);
                // A repeated task meets the row of its first mention; one that another process restarted meanwhile is looked at again.
                round = [.. current.Where(row => row.Result is null)];
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException("The database did not take the registration in time.");
        }
    }

    private async Task WriteRoundAsync(IReadOnlyList<Pending> rows, CancellationToken cancellation)
    {
        foreach (var row in rows) row.Result = null;
        Pending[] firsts = [.. rows.DistinctBy(row => row.Registration.Key).OrderBy(row => row.Registration.TaskId, StringComparer.Ordinal)];
        var owners = new SlotOwner[firsts.Length];
        for (var i = 0; i < owners.Length; i++)
            owners[i] = new(await LaneAsync(firsts[i].Registration, cancellation), firsts[i].Registration.Client);

        await using var connection = await _dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var kept = await KeepAsync(connection, firsts, cancellation);
        var served = await new RegistrationRound(connection, _slots, _ids, _limits.CallbacksPerTask).RunAsync(
            [.. kept.Select(i => firsts[i])], [.. kept.Select(i => owners[i])], cancellation);
        await transaction.CommitAsync(cancellation);

        foreach (var family in firsts.Where(row => row.Result is RegistrationResult.Created).Select(row => row.Registration.Family).Distinct())
            _polls.Of(family).Raise();
        if (served > 0) _dispatcher.Wake.Raise();
    }

    // The positions of those whose upstream key is there and stays until the commit.
    private static async Task<int[]> KeepAsync(NpgsqlConnection connection, Pending[] firsts, CancellationToken cancellation)
    {
        var held = await UpstreamKeyHold.TakeAsync(connection, firsts.Select(row => row.Registration.UpstreamKey), cancellation);
        foreach (var row in firsts.Where(row => !held.Contains(row.Registration.UpstreamKey)))
            row.Result = new RegistrationResult.KeyRemoved();
        return [.. Enumerable.Range(0, firsts.Length).Where(i => firsts[i].Result is null)];
    }

    private ValueTask<int> LaneAsync(Registration registration, CancellationToken cancellation) => _lanes.FindAsync(
        registration.UpstreamKey, registration.Family, registration.ServiceTier ?? Client.Contracts.ServiceTiers.Default, cancellation);

    /// <summary>A registration on its way.</summary>
    internal sealed class Pending(Registration registration)
    {
        public Registration Registration => registration;

        public RegistrationResult? Result { get; set; }
    }
}
