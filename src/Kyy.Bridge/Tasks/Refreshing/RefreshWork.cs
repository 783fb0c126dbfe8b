using Kyy.Bridge.Polling;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Tasks.Refreshing;

/// <summary>
/// Asks for the fresh links that were wished for. The requests take their turns in the budgets of the keys beside the polls, and one
/// of them may be the call that ends a pause.
/// </summary>
internal sealed class RefreshWork(
    NpgsqlDataSource dataSource, ClaimRefreshes claims, SettleRefreshes settles, Refresher refresher, LiveBudgets budgets,
    BudgetKeeper keeper, PollRoom room, ModelCatalogue catalogue, UpstreamOptions options, TimeProvider time) : IRecurringWork
{
    private const int LargestClaim = 20;

    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1);

    private readonly InFlight _inFlight = new();

    // Of all families the shortest: a claim takes what is due, whatever it is of.
    private readonly TimeSpan _horizon =
        Pacer.Horizon(PollPlan.Slack(catalogue.Families.Select(family => family.Window).MinBy(window => window.Min)));

    private long? _sweptAt;

    public string Name => "refresh";

    /// <summary>A wish that another process took is seen at the latest after this long; this one's wake the loop.</summary>
    public TimeSpan Cadence { get; } = TimeSpan.FromSeconds(1);

    public WakeSignal Wake { get; } = new();

    /// <summary>Starts what is due, as far as there is room; it does not wait for the answers.</summary>
    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        await SweepAsync(cancellation);
        if (budgets.OpensIn is { Ticks: > 0 } opensIn) return new(0, opensIn);
        for (var started = 0; ;)
        {
            var readAt = time.GetTimestamp();
            var all = await RefreshesDue.ReadAsync(dataSource, UpstreamOptions.Normal(options.BaseUrl), null, cancellation);
            var ready = ReadyLane.InTurn(all, budgets, readAt);
            if (ready.Count == 0) return new(started, NextOf(all));

            var (round, wait) = (0, (TimeSpan?)null);
            foreach (var one in ready)
            {
                // Where requests in flight fill the room, the first that ends wakes the loop.
                var places = room.Take(Math.Min(LargestClaim, options.MaxConcurrency), Wake, _horizon / 2);
                if (places == 0) return new(started + round);
                round += await ClaimAsync(one, places, cancellation);
                var next = one.Budget.Pacer.NextIn(one.Budget.Rate, _horizon);
                wait = wait < next ? wait : next;
            }

            started += round;
            if (round == 0) return new(started, wait > PollPlan.Tick ? wait : PollPlan.Tick);
        }
    }

    /// <summary>Returns when every request that was begun has its answer recorded.</summary>
    public Task WhenIdleAsync() => _inFlight.WhenEmptyAsync();

    private async Task SweepAsync(CancellationToken cancellation)
    {
        if (_sweptAt is { } last && time.GetElapsedTime(last) < BetweenSweeps) return;
        _sweptAt = time.GetTimestamp();
        await settles.GiveUpAsync(cancellation);
    }

    private static TimeSpan? NextOf(List<LaneDue> all) => all
        .Select(lane => lane.PausedFor is { Ticks: > 0 } paused ? paused : lane.DueIn)
        .Where(wait => wait > TimeSpan.Zero)
        .Select(wait => (TimeSpan?)wait)
        .Min();

    private async Task<int> ClaimAsync(ReadyLane ready, int places, CancellationToken cancellation)
    {
        PacedTurns turns = default;
        try
        {
            turns = await ready.ReserveAsync(keeper, places, _horizon, cancellation);
        }
        finally
        {
            room.Return(places - turns.Count);
        }

        return turns.Count == 0 ? 0 : await BeginAsync(ready, turns, cancellation);
    }

    private async Task<int> BeginAsync(ReadyLane ready, PacedTurns turns, CancellationToken cancellation)
    {
        var claimedAt = time.GetTimestamp();
        var claimed = new List<DueRefresh>();
        try
        {
            claimed = await claims.ClaimAsync(ready.Lane, turns.Count, cancellation);
        }
        finally
        {
            await ready.GiveBackAsync(keeper, room, turns, turns.Count - claimed.Count);
        }

        for (var i = 0; i < claimed.Count; i++)
        {
            var refresh = claimed[i];
            var job = new PollJob(refresh.Task, ready.Lane, refresh.Window, ready.Key, ready.Budget, claimedAt, turns[i], ready.IsProbe);
            _inFlight.Begin(() => refresher.RefreshAsync(refresh, job));
        }

        return claimed.Count;
    }
}
