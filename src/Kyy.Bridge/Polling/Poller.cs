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

    // What is due is looked for anew at least this often, however much of it there is.
    private static readonly TimeSpan LongestSight = TimeSpan.FromMilliseconds(100);

    // Answers whose record waits, besides what is on the wire: beyond that the database is behind, and asking on would leave it further.
    private const int MostUnrecorded = 1_000;

    private readonly InFlight _inFlight = new();

    /// <summary>Starts polls for what is due in a family, as far as there is room; it does not wait for their answers.</summary>
    public async Task<WorkRun> RunOnceAsync(ModelFamily family, WakeSignal wake, CancellationToken cancellation)
    {
        if (budgets.OpensIn is { Ticks: > 0 } opensIn) return new(0, Shorter(opensIn, PollPlan.Tick));
        if (!keys.Any) return new(0);
        if (room.WorthAskingIn(wake) is { } wait) return new(0, AtLeastATick(wait));
        if (IsBehind) return new(0, PollPlan.Tick);
        for (var started = 0; ;)
        {
            var readAt = time.GetTimestamp();
            var all = await LanesDue.ReadAsync(
                dataSource, family.Id, OthersOf(family), UpstreamOptions.Normal(options.BaseUrl), null, cancellation);
            // As long as every claim gets what it asks for, the next look would say the same.
            for (var round = Round.None; !round.IsShort;)
            {
                var ready = ReadyLane.InTurn(all, budgets, readAt);
                if (ready.Count == 0 && round.Started > 0) break;
                if (ready.Count == 0) return new(started, NextOf(all));

                round = await ClaimRoundAsync(family, ready, wake, time.GetElapsedTime(readAt) > LongestSight, cancellation);
                started += round.Started;
                // Where requests in flight fill the room, their ends wake the loop, or the time when one may be given up; where the rate
                // is used up, time does.
                if (round.IsFull || IsBehind) return new(started, PollPlan.Tick);
                if (round.Started == 0) return new(started, round.NextIn ?? PollPlan.Tick);
            }
        }
    }

    /// <summary>Returns when every poll that was begun has its answer recorded.</summary>
    public Task WhenIdleAsync() => _inFlight.WhenEmptyAsync();

    private bool IsBehind => _inFlight.Count > options.MaxConcurrency + MostUnrecorded;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // A lane that is due and not ready is one whose key is paused, or not known here yet.
    private static TimeSpan? NextOf(List<LaneDue> all) => all.Count == 0
        ? null
        : all.Min(lane => lane.PausedFor is { Ticks: > 0 } paused ? paused : lane.DueIn is { Ticks: > 0 } due ? due : LiveBudgets.Cadence);

    private string[]? OthersOf(ModelFamily family) =>
        family.Id != catalogue.Default.Id ? null : [.. catalogue.Families.Select(other => other.Id).Where(id => id != family.Id)];

    // Each gets its share of the room that is left.
    private async Task<Round> ClaimRoundAsync(
        ModelFamily family, List<ReadyLane> ready, WakeSignal wake, bool isLast, CancellationToken cancellation)
    {
        var round = Round.None with { IsShort = isLast };
        for (var i = 0; i < ready.Count; i++)
        {
            var horizon = Pacer.Horizon(PollPlan.Slack(WindowOf(family, ready[i].Lane)));
            // Half of the horizon to wait for a place: the other half is the claim's own.
            var places = room.Take(Math.Max(1, LargestClaim / (ready.Count - i)), wake, horizon / 2, PollPlan.Tick);
            if (places == 0) return round with { IsFull = true };

            PacedTurns turns = default;
            try
            {
                turns = await ready[i].ReserveAsync(keeper, places, horizon, cancellation);
            }
            finally
            {
                room.Return(places - turns.Count);
            }

            if (turns.Count == 0)
            {
                round = round.WaitingFor(AtLeastATick(ready[i].Budget.Pacer.NextIn(ready[i].Budget.Rate, horizon))!.Value);
                continue;
            }

            var claimed = await ClaimAsync(family, ready[i], turns, cancellation);
            round = round with { Started = round.Started + claimed, IsShort = round.IsShort || claimed < turns.Count };
        }

        return round;
    }

    private static PollWindow WindowOf(ModelFamily family, LaneDue lane) => family.WindowFor(flex: lane.Tier == ServiceTiers.Flex);

    private static TimeSpan? AtLeastATick(TimeSpan? wait) => wait < PollPlan.Tick ? PollPlan.Tick : wait;

    private async Task<int> ClaimAsync(ModelFamily family, ReadyLane ready, PacedTurns turns, CancellationToken cancellation)
    {
        var (isFlex, window) = (ready.Lane.Tier == ServiceTiers.Flex, WindowOf(family, ready.Lane));
        var (isKnown, lastModel, estimate, usual) = (false, (string?)null, (Estimate?)null, lateness.Usual);
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
            _inFlight.Begin(job, asker.PollAsync);
        }

        return claimed.Count;

        TimeSpan Plan(DueTask task, double slotJitter) => PollPlan.Next(window, EstimateOf(task.Model), task.Age, slotJitter, usual);

        // Tasks of a claim are mostly of one model: its name is looked up once.
        Estimate? EstimateOf(string? model)
        {
            if (!isKnown || model != lastModel) (isKnown, lastModel, estimate) = (true, model, estimates.EstimateFor(family, model, isFlex));
            return estimate;
        }
    }

    /// <summary>What a round of claims came to.</summary>
    /// <param name="Started">Polls that were begun.</param>
    /// <param name="NextIn">In how long the next turns of a budget that had none are free.</param>
    /// <param name="IsFull">Whether there was no more room in flight.</param>
    /// <param name="IsShort">Whether some claim got less than it asked for, so that what is due has to be looked for anew.</param>
    private readonly record struct Round(int Started, TimeSpan? NextIn, bool IsFull, bool IsShort)
    {
        public static Round None { get; } = new(0, null, false, false);

        public Round WaitingFor(TimeSpan next) => this with { NextIn = NextIn is { } other && other < next ? other : next };
    }
}
