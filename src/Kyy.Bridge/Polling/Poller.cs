using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>Claims due tasks as far as they may be asked about now, and has them asked about.</summary>
/// <remarks>
/// <code>
/// ① whose turn it is → ② room in flight, turns in the key's budget → ③ claim no more than that → ④ <see cref="Asker"/>
/// </code>
/// A process that dies between any two of these loses nothing: the claim has already moved the task's due time on, so it comes
/// due again by itself, and never earlier than the window allows.
/// </remarks>
internal sealed class Poller(
    NpgsqlDataSource dataSource, ClaimDueTasks claims, UpstreamKeyRing keys, ModelCatalogue catalogue, LiveBudgets budgets,
    BudgetKeeper keeper, Asker asker, PollRoom room, LearnedEstimates estimates, Lateness lateness, UpstreamOptions options,
    TimeProvider time, Jitter jitter)
{
    private const int LargestClaim = 200;

    private readonly InFlight _inFlight = new();

    /// <summary>Starts polls for what is due in a family, as far as there is room; it does not wait for their answers.</summary>
    public async Task<WorkRun> RunOnceAsync(ModelFamily family, WakeSignal wake, CancellationToken cancellation)
    {
        if (budgets.OpensIn is { Ticks: > 0 } opensIn) return new(0, Shorter(opensIn, PollPlan.Tick));
        if (!keys.Any) return new(0);
        for (var started = 0; ;)
        {
            var readAt = time.GetTimestamp();
            var all = await LanesDue.ReadAsync(
                dataSource, family.Id, OthersOf(family), UpstreamOptions.Normal(options.BaseUrl), null, cancellation);
            var ready = ReadyLane.InTurn(all, budgets, readAt);
            if (ready.Count == 0) return new(started, NextOf(all));

            var round = await ClaimRoundAsync(family, ready, wake, cancellation);
            started += round.Started;
            // Where requests in flight fill the room, the first that ends wakes the loop, or the time when one may be given up;
            // where the rate is used up, time does.
            if (round.IsFull) return new(started, AtLeastATick(room.NextIn()));
            if (round.Started == 0) return new(started, round.NextIn ?? PollPlan.Tick);
        }
    }

    /// <summary>Returns when every poll that was begun has its answer recorded.</summary>
    public Task WhenIdleAsync() => _inFlight.WhenEmptyAsync();

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // A lane that is due and not ready is one whose key is paused, or not known here yet.
    private static TimeSpan? NextOf(List<LaneDue> all) => all.Count == 0
        ? null
        : all.Min(lane => lane.PausedFor is { Ticks: > 0 } paused ? paused : lane.DueIn is { Ticks: > 0 } due ? due : LiveBudgets.Cadence);

    private string[]? OthersOf(ModelFamily family) =>
        family.Id != catalogue.Default.Id ? null : [.. catalogue.Families.Select(other => other.Id).Where(id => id != family.Id)];

    // Each gets its share of the room that is left.
    private async Task<Round> ClaimRoundAsync(ModelFamily family, List<ReadyLane> ready, WakeSignal wake, CancellationToken cancellation)
    {
        var round = new Round(0, null, false);
        for (var i = 0; i < ready.Count; i++)
        {
            var wanted = Math.Max(1, Math.Min(LargestClaim, options.MaxConcurrency) / (ready.Count - i));
            var places = room.Take(wanted, wake);
            if (places == 0) return round with { IsFull = true };

            var horizon = Pacer.Horizon(PollPlan.Slack(WindowOf(family, ready[i].Lane)));
            PacedTurns turns = default;
            try
            {
                turns = await ready[i].ReserveAsync(keeper, places, horizon, cancellation);
            }
            finally
            {
                room.Return(places - turns.Count);
            }

            round = turns.Count == 0
                ? round.WaitingFor(AtLeastATick(ready[i].Budget.Pacer.NextIn(ready[i].Budget.Rate, horizon))!.Value)
                : round with { Started = round.Started + await ClaimAsync(family, ready[i], turns, cancellation) };
        }

        return round;
    }

    private static PollWindow WindowOf(ModelFamily family, LaneDue lane) => family.WindowFor(flex: lane.Tier == ServiceTiers.Flex);

    private static TimeSpan? AtLeastATick(TimeSpan? wait) => wait < PollPlan.Tick ? PollPlan.Tick : wait;

    private async Task<int> ClaimAsync(ModelFamily family, ReadyLane ready, PacedTurns turns, CancellationToken cancellation)
    {
        var (isFlex, window) = (ready.Lane.Tier == ServiceTiers.Flex, WindowOf(family, ready.Lane));
        var claimedAt = time.GetTimestamp();
        var claimed = new List<DueTask>();
        try
        {
            claimed = await claims.ClaimAsync(ready.Lane.Turn, turns.Count, Plan, jitter.Next, null, cancellation);
        }
        finally
        {
            await ready.GiveBackAsync(keeper, room, turns, turns.Count - claimed.Count);
        }

        for (var i = 0; i < claimed.Count; i++)
        {
            // A first poll is due at once, and how late it is says nothing about those that are planned.
            if (claimed[i].Polls > 1) lateness.Add(claimed[i].Late);
            var task = ready.Lane.WasHeld ? claimed[i] with { LimitWaits = true } : claimed[i];
            var job = new PollJob(task, ready.Lane, window, ready.Key, ready.Budget, claimedAt, turns[i], ready.IsProbe);
            _inFlight.Begin(() => asker.PollAsync(job));
        }

        return claimed.Count;

        TimeSpan Plan(DueTask task, double slotJitter) =>
            PollPlan.Next(window, estimates.EstimateFor(family, task.Model, isFlex), task.Age, slotJitter, lateness.Usual);
    }

    /// <summary>What a round of claims came to.</summary>
    /// <param name="Started">Polls that were begun.</param>
    /// <param name="NextIn">In how long the next turns of a budget that had none are free.</param>
    /// <param name="IsFull">Whether there was no more room in flight.</param>
    private readonly record struct Round(int Started, TimeSpan? NextIn, bool IsFull)
    {
        public Round WaitingFor(TimeSpan next) => this with { NextIn = NextIn is { } other && other < next ? other : next };
    }
}
