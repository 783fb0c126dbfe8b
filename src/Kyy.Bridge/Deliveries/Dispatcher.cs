using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// Tells callers: sends what was just recorded at once, and what is due again when it is; settles in batches.
/// </summary>
/// <remarks>
/// The client with fewest POSTs in flight is served first, and of its hosts likewise, so that a flood takes what others leave. Where an
/// attempt failed, its place is given back only when that is written: no second probe goes out meanwhile.
/// A delivery is sent only under a lease that outlasts the exchange, and settled only while the claim is still this process's.
/// A process that dies between the POST and the settle has sent something twice: with the same <c>webhook-id</c>, which is
/// what receivers drop repeats by.
/// </remarks>
internal sealed partial class Dispatcher : IRecurringWork, IAsyncDisposable
{
    private const int LargestClaim = 100, LargestSettle = 500;

    // Another process holds an endpoint's turn for as long as a few statements take.
    private static readonly TimeSpan SoonAgain = TimeSpan.FromMilliseconds(20);

    private readonly NpgsqlDataSource _dataSource;
    private readonly DeliveryInbox _inbox;
    private readonly WebhookSender _sender;
    private readonly DeliverySettings _settings;
    private readonly TimeProvider _time;
    private readonly Jitter _jitter;
    private readonly ILogger<Dispatcher> _logger;
    private readonly DeliveryClaims _claims;
    private readonly FailingEndpoints _failing;
    private readonly DispatchRoom _room;
    private readonly DestinationPaces _paces;
    private readonly InFlight _inFlight = new();
    private readonly Batcher<Settlement> _settlements;
    private readonly CancellationTokenSource _giveUp = new();
    private bool _saidHold;

    public Dispatcher(
        NpgsqlDataSource dataSource, DeliveryInbox inbox, WebhookSender sender, DeliverySettings settings, FailingEndpoints failing,
        TimeProvider time, Jitter jitter, ILogger<Dispatcher> logger)
    {
        (_dataSource, _inbox, _sender, _settings, _time, _jitter, _logger) = (dataSource, inbox, sender, settings, time, jitter, logger);
        (_failing, _claims) = (failing, new(dataSource, inbox, time, jitter));
        _room = new(new(settings.MaxConcurrency, settings.MaxConcurrencyPerHost), Wake);
        _paces = new(settings.MaxConcurrencyPerHost, time);
        _settlements = new(LargestSettle, rows => BatchWrite.RunAsync(rows, SettleAsync, WithoutBody, time, logger, _giveUp.Token));
    }

    public string Name => "deliver";

    public TimeSpan Cadence { get; } = TimeSpan.FromSeconds(1);

    public WakeSignal Wake => _inbox.Due;

    /// <summary>Claims and starts what is due, as far as there is room; it does not wait for the answers.</summary>
    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        if (_settings.Hold) return Held();
        for (var started = 0; ;)
        {
            var destinations = await DestinationsDue.ReadAsync(_dataSource, cancellation);
            foreach (var destination in destinations) _paces.Look(destination.To.Destination, destination.IsOpen, destination.Health);
            var (round, busy) = await ClaimRoundAsync(destinations, cancellation);
            started += round;
            // What is due and found no room waits for the room's signal; what others hold is theirs.
            if (round == 0) return new(started, busy ? SoonAgain : NextIn(destinations));
        }
    }

    /// <summary>Sends what the recorder hands over, until the inbox is closed and empty.</summary>
    public async Task SendHandedOverAsync(CancellationToken cancellation)
    {
        await foreach (var delivery in _inbox.Deliveries.ReadAllAsync(cancellation))
        {
            _inbox.Release(1);
            // Never waits for room: one host's queue must not hold up the others'. Handed back, it is claimed when there is room.
            if (_room.TakeFirst(To(delivery), _paces.Most(delivery.Destination))) _inFlight.Begin(() => SendAsync(delivery));
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

    private async Task<(int Started, bool Busy)> ClaimRoundAsync(List<DestinationDue> destinations, CancellationToken cancellation)
    {
        var (started, busy) = (0, false);
        foreach (var destination in InTurn(destinations))
        {
            var claimed = await ClaimAsync(destination, cancellation);
            started += claimed ?? 0;
            busy |= claimed is null;
        }

        return (started, busy);
    }

    private DestinationDue[] InTurn(List<DestinationDue> destinations) =>
    [
        .. destinations.Where(destination => destination.IsOpen && destination.DueIn <= TimeSpan.Zero)
            .OrderBy(destination => _room.InFlight(destination.To)).ThenBy(destination => destination.DueIn),
    ];

    // Null where another process is at the endpoint's rate limit this moment.
    private async Task<int?> ClaimAsync(DestinationDue destination, CancellationToken cancellation)
    {
        var places = _room.Take(destination.To, LargestClaim, _paces.Most(destination.To.Destination));
        if (places.All == 0) return 0;

        List<LeasedDelivery>? claimed = null;
        try
        {
            claimed = await _claims.ClaimAsync(destination, places, cancellation);
        }
        finally
        {
            _room.Return(destination.To, places.All - (claimed?.Count ?? 0), places.Retries - (claimed?.Count(IsRetry) ?? 0));
        }

        foreach (var delivery in claimed ?? []) _inFlight.Begin(() => SendAsync(delivery));
        return claimed?.Count;
    }

    private async Task SendAsync(LeasedDelivery delivery)
    {
        var isAccepted = false;
        try
        {
            var attempt = await AttemptAsync(delivery);
            if (attempt is null)
            {
                // Under a lease that is nearly over somebody else may send it at any moment: handed back, unless it is theirs already.
                await _settlements.AddAsync(Settlement.HandBack(delivery));
                return;
            }

            isAccepted = attempt.Result is AttemptResult.Accepted;
            if (isAccepted) Free(delivery);
            var settlement = Settlement.After(delivery, attempt, _settings.RetrySchedule, _jitter.Next());
            await _settlements.AddAsync(settlement);
            LogAttempt(settlement);
        }
        catch (Exception exception)
        {
            // Nothing is lost: the lease ends and the delivery is attempted again, with the same id.
            LogFailed(_logger, LoggedId.OfDelivery(delivery.Id), exception);
        }
        finally
        {
            if (!isAccepted) Free(delivery);
        }
    }

    private async Task<Attempt?> AttemptAsync(LeasedDelivery delivery)
    {
        var left = _time.GetElapsedTime(_time.GetTimestamp(), delivery.LeaseEnds);
        return left > _settings.Timeout ? await _sender.SendAsync(delivery) : null;
    }

    private void Free(LeasedDelivery delivery) => _room.Free(To(delivery), IsRetry(delivery));

    private async Task SettleAsync(IReadOnlyList<Settlement> settlements)
    {
        var known = await SettleDeliveries.WriteAsync(_dataSource, settlements);
        foreach (var settlement in settlements)
            if (settlement.State == DeliveryState.Delivered) _paces.Grow(settlement.Delivery.Destination);
        foreach (var (destination, health) in known) _paces.Settled(destination, health);
        if (settlements.Any(settlement => settlement.DisablesCallback && settlement.Delivery.EndpointId is not null)) _failing.Wake.Raise();
    }

    private WorkRun Held()
    {
        if (!_saidHold) LogHeld(_logger);
        _saidHold = true;
        return new(0);
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
        .Where(destination => destination.IsOpen && destination.DueIn > TimeSpan.Zero)
        .Select(destination => (TimeSpan?)destination.DueIn)
        .Min();

    private static Recipient To(LeasedDelivery delivery) => new(delivery.Destination, delivery.ClientId, delivery.Host);

    private static bool IsRetry(LeasedDelivery delivery) => delivery.Attempt > 1;

    private static Settlement WithoutBody(Settlement settlement) =>
        settlement with { Attempt = settlement.Attempt is { } attempt ? attempt with { ResponseBody = null } : null };
}
