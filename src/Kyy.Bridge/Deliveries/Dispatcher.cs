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

    // Attempts that were accepted and wait to be settled, besides those on the wire: beyond that the database is behind, and what is
    // accepted keeps its place until that is written. Else whatever is due would be sent, kept here, and sent again after its lease.
    private const int MostUnsettled = 1_000;

    // Another process holds an endpoint's turn for as long as a few statements take.
    private static readonly TimeSpan SoonAgain = TimeSpan.FromMilliseconds(20);

    // A line that has not moved for so long is one of a receiver that does not keep up.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

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
    private readonly WaitingLine _line;
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
        var shares = new DispatchShares(settings.MaxConcurrency, settings.MaxConcurrencyPerHost);
        (_room, _line) = (new(shares, Wake), new(shares, time));
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
        HandBack(_line.TakeOut(Patience));
        for (var started = 0; ;)
        {
            var given = _room.Given;
            var destinations = await DestinationsDue.ReadAsync(_dataSource, cancellation);
            foreach (var destination in destinations) _paces.Look(destination.To.Destination, destination.IsOpen, destination.Health);
            var round = await ClaimRoundAsync(destinations, cancellation);
            started += round.Started;
            if (round.Started > 0) continue;
            // What is due and found no room waits for the room's signal; what others hold is theirs.
            _room.TellOfRoomFor(round.Short, given);
            return new(started, round.Busy ? SoonAgain : NextIn(destinations));
        }
    }

    /// <summary>Sends what the recorder hands over, until the inbox is closed and empty.</summary>
    public async Task SendHandedOverAsync(CancellationToken cancellation)
    {
        await foreach (var delivery in _inbox.Deliveries.ReadAllAsync(cancellation)) TakeUp(delivery);
    }

    /// <summary>Hands back what was handed over and not begun, and returns when every exchange that was begun is settled.</summary>
    public async Task DrainAsync()
    {
        while (_inbox.Deliveries.TryRead(out var delivery)) HandBack([delivery]);
        HandBack(_line.TakeOut(TimeSpan.Zero));
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

    // Never waits for room: one host's queue must not hold up the others'. What can neither go nor wait is claimed when there is room.
    private void TakeUp(LeasedDelivery delivery)
    {
        var (to, most) = (To(delivery), _paces.Most(delivery.Destination));
        if (!_line.Holds(to) && _room.TakeFirst(to, most)) BeginHandedOver(delivery);
        // A destination that is not well has no line.
        else if (most == _settings.MaxConcurrencyPerHost && _line.TryAdd(to, delivery)) StartWaiting(to);
        else HandBack([delivery]);
    }

    private void StartWaiting(Recipient to)
    {
        while (_line.Next(to, MayGo) is { } next) BeginHandedOver(next);
    }

    private bool MayGo(Recipient to) => _room.TakeWaiting(to, _paces.Most(to.Destination));

    private void BeginHandedOver(LeasedDelivery delivery)
    {
        _inbox.Release(1);
        _inFlight.Begin(() => SendAsync(delivery));
    }

    // Nothing takes its place in the inbox before that is written: what is handed back waits in memory as well.
    private void HandBack(List<LeasedDelivery> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            _inFlight.Begin(async () =>
            {
                await HandBackAsync(delivery);
                _inbox.Release(1);
            });
        }
    }

    private async Task<Round> ClaimRoundAsync(List<DestinationDue> destinations, CancellationToken cancellation)
    {
        var (started, busy, lacking) = (0, false, new List<Shortage>());
        foreach (var destination in InTurn(destinations))
        {
            var most = _paces.Most(destination.To.Destination);
            var places = _room.Take(destination.To, LargestClaim, most);
            var claimed = places.All == 0 ? 0 : await ClaimAsync(destination, places, cancellation);
            started += claimed ?? 0;
            busy |= claimed is null;
            if (claimed == 0 && (places.All == 0 || places.Retries == 0)) lacking.Add(new(destination.To, most, places));
        }

        return new(started, busy, lacking);
    }

    private DestinationDue[] InTurn(List<DestinationDue> destinations) =>
    [
        .. destinations.Where(destination => destination.IsOpen && destination.DueIn <= TimeSpan.Zero)
            .OrderBy(destination => _room.InFlight(destination.To)).ThenBy(destination => destination.DueIn),
    ];

    // Null where another process is at the endpoint's rate limit this moment.
    private async Task<int?> ClaimAsync(DestinationDue destination, Places places, CancellationToken cancellation)
    {
        List<LeasedDelivery>? claimed = null;
        try
        {
            claimed = await _claims.ClaimAsync(destination, places, cancellation);
        }
        finally
        {
            _room.Return(destination.To, places.All - (claimed?.Count ?? 0), places.Retries - (claimed?.Count(IsRetry) ?? 0));
            StartAnyWaiting();
        }

        foreach (var delivery in claimed ?? []) _inFlight.Begin(() => SendAsync(delivery));
        return claimed?.Count;
    }

    private async Task SendAsync(LeasedDelivery delivery)
    {
        var isFree = false;
        try
        {
            if (IsNearlyOver(delivery))
            {
                // Under a lease that is nearly over somebody else may send it at any moment: handed back, unless it is theirs already.
                await HandBackAsync(delivery);
                return;
            }

            var attempt = await _sender.SendAsync(delivery);
            isFree = attempt.Result is AttemptResult.Accepted && !IsBehind;
            if (isFree) Free(delivery);
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
            if (!isFree) Free(delivery);
        }
    }

    private bool IsBehind => _inFlight.Count > _settings.MaxConcurrency + MostUnsettled;

    private bool IsNearlyOver(LeasedDelivery delivery) =>
        _time.GetElapsedTime(_time.GetTimestamp(), delivery.LeaseEnds) <= _settings.Timeout;

    private void Free(LeasedDelivery delivery)
    {
        var wasTight = _room.IsTight;
        _room.Free(To(delivery), IsRetry(delivery));
        if (!wasTight) StartWaiting(To(delivery));
        else if (!_room.IsTight) StartAnyWaiting();
    }

    // The client with fewest in flight first, and of its hosts likewise.
    private void StartAnyWaiting()
    {
        foreach (var to in _line.Heads().OrderBy(_room.InFlight)) StartWaiting(to);
    }

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
            // Due from now on, for whoever has room.
            Wake.Raise();
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

    /// <summary>What a round of claims came to.</summary>
    /// <param name="Started">POSTs that were begun.</param>
    /// <param name="Busy">Whether another process was at an endpoint's rate limit.</param>
    /// <param name="Short">What is due and found too little room.</param>
    private readonly record struct Round(int Started, bool Busy, List<Shortage> Short);
}
