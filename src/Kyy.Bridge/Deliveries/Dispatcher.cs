using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// Tells callers: sends what was just recorded at once, and what is due again when it is; settles in batches.
/// </summary>
/// <remarks>
/// A delivery is sent only under a lease that outlasts the exchange, and settled only while the claim is still this process's.
/// A process that dies between the POST and the settle has sent something twice: with the same <c>webhook-id</c>, which is
/// what receivers drop repeats by.
/// </remarks>
internal sealed partial class Dispatcher : IRecurringWork, IAsyncDisposable
{
    private const int LargestClaim = 100, LargestSettle = 500;

    private readonly NpgsqlDataSource _dataSource;
    private readonly DeliveryInbox _inbox;
    private readonly WebhookSender _sender;
    private readonly DeliverySettings _settings;
    private readonly TimeProvider _time;
    private readonly Jitter _jitter;
    private readonly ILogger<Dispatcher> _logger;
    private readonly DispatchRoom _room;
    private readonly InFlight _inFlight = new();
    private readonly Batcher<Settlement> _settlements;
    private readonly CancellationTokenSource _giveUp = new();

    public Dispatcher(
        NpgsqlDataSource dataSource, DeliveryInbox inbox, WebhookSender sender, DeliverySettings settings,
        TimeProvider time, Jitter jitter, ILogger<Dispatcher> logger)
    {
        (_dataSource, _inbox, _sender, _settings, _time, _jitter, _logger) = (dataSource, inbox, sender, settings, time, jitter, logger);
        _room = new(settings.MaxConcurrency, settings.MaxConcurrencyPerHost, Wake);
        _settlements = new(LargestSettle, rows => BatchWrite.RunAsync(
            rows, batch => SettleDeliveries.WriteAsync(dataSource, batch), WithoutBody, time, logger, _giveUp.Token));
    }

    public string Name => "deliver";

    public TimeSpan Cadence { get; } = TimeSpan.FromSeconds(1);

    public WakeSignal Wake => _inbox.Due;

    /// <summary>Claims and starts what is due, as far as there is room; it does not wait for the answers.</summary>
    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        for (var started = 0; ;)
        {
            var destinations = await DestinationsDue.ReadAsync(_dataSource, cancellation);
            var round = 0;
            foreach (var destination in destinations.TakeWhile(destination => destination.DueIn <= TimeSpan.Zero))
                round += await ClaimAsync(destination.Id, cancellation);

            started += round;
            // What is due and found no room waits for the room's signal; what others hold is theirs.
            if (round == 0) return new(started, NextIn(destinations));
        }
    }

    /// <summary>Sends what the recorder hands over, until the inbox is closed and empty.</summary>
    public async Task SendHandedOverAsync(CancellationToken cancellation)
    {
        await foreach (var delivery in _inbox.Deliveries.ReadAllAsync(cancellation))
        {
            _inbox.Release(1);
            // Never waits for room: one host's queue must not hold up the others'. Handed back, it is claimed when there is room.
            if (_room.Take(delivery.Destination, 1) == 1) _inFlight.Begin(() => SendAsync(delivery));
            else _inFlight.Begin(() => HandBackAsync(delivery));
        }
    }

    /// <summary>Hands back what was handed over and not begun, and returns when every exchange that was begun is settled.</summary>
    public async Task DrainAsync()
    {
        while (_inbox.Deliveries.TryRead(out var delivery)) _inFlight.Begin(() => HandBackAsync(delivery));
        await _inFlight.WhenEmptyAsync();
    }

    /// <summary>From now on a settle that the database does not take is given up: its delivery is attempted again after the lease.</summary>
    public void StopRepeating() => _giveUp.Cancel();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _settlements.DisposeAsync();
        _giveUp.Dispose();
    }

    private async Task<int> ClaimAsync(int destination, CancellationToken cancellation)
    {
        var room = _room.Take(destination, LargestClaim);
        if (room == 0) return 0;

        var leaseEnds = _time.GetTimestamp() + _inbox.LeaseTicks;
        var claimed = new List<LeasedDelivery>();
        try
        {
            claimed = await ClaimDueDeliveries.ClaimAsync(_dataSource, destination, room, _inbox.Lease, leaseEnds, cancellation);
        }
        finally
        {
            _room.Return(destination, room - claimed.Count);
        }

        foreach (var delivery in claimed) _inFlight.Begin(() => SendAsync(delivery));
        return claimed.Count;
    }

    private async Task SendAsync(LeasedDelivery delivery)
    {
        try
        {
            var attempt = await AttemptAsync(delivery);
            if (attempt is null)
            {
                // Under a lease that is nearly over somebody else may send it at any moment: handed back, unless it is theirs already.
                await _settlements.AddAsync(Settlement.HandBack(delivery));
                return;
            }

            var settlement = Settlement.After(delivery, attempt, _settings.RetrySchedule, _jitter.Next());
            await _settlements.AddAsync(settlement);
            LogAttempt(settlement);
        }
        catch (Exception exception)
        {
            // Nothing is lost: the lease ends and the delivery is attempted again, with the same id.
            LogFailed(_logger, LoggedId.OfDelivery(delivery.Id), exception);
        }
    }

    private async Task<Attempt?> AttemptAsync(LeasedDelivery delivery)
    {
        try
        {
            var left = _time.GetElapsedTime(_time.GetTimestamp(), delivery.LeaseEnds);
            return left > _settings.Timeout ? await _sender.SendAsync(delivery) : null;
        }
        finally
        {
            _room.Return(delivery.Destination, 1);
        }
    }

    private async Task HandBackAsync(LeasedDelivery delivery)
    {
        try
        {
            await _settlements.AddAsync(Settlement.HandBack(delivery));
        }
        catch (Exception exception)
        {
            LogFailed(_logger, LoggedId.OfDelivery(delivery.Id), exception);
        }
    }

    private static TimeSpan? NextIn(List<DestinationDue> destinations) => destinations
        .Where(destination => destination.DueIn > TimeSpan.Zero)
        .Select(destination => (TimeSpan?)destination.DueIn)
        .Min();

    private static Settlement WithoutBody(Settlement settlement) =>
        settlement with { Attempt = settlement.Attempt is { } attempt ? attempt with { ResponseBody = null } : null };
}
