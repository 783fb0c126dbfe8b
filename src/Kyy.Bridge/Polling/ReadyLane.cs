using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Polling.Budgets;

namespace Kyy.Bridge.Polling;

/// <summary>A client's part of a lane that is due, with a key that may be asked with now: what takes turns in the key's budget.</summary>
internal sealed record ReadyLane(LaneDue Lane, KnownUpstreamKey Key, Budget Budget)
{
    /// <summary>Whether the one call is wanted that ends its key's pause.</summary>
    public bool IsProbe => Lane.Budget == Budget.Id && Lane.PausedFor is not null;

    /// <summary>
    /// Those that are due and whose keys are open. Budgets side by side, and in each the clients in the order of their turns: the first
    /// of every budget, then the second.
    /// </summary>
    /// <param name="all">What is due, or paused.</param>
    /// <param name="budgets">The budgets of this process.</param>
    /// <param name="readAt">From before <paramref name="all"/> was read.</param>
    public static List<ReadyLane> InTurn(List<LaneDue> all, LiveBudgets budgets, long readAt)
    {
        var byBudget = new Dictionary<Budget, Dictionary<LaneDue, ReadyLane>>();
        foreach (var lane in all)
        {
            if (lane.DueIn > TimeSpan.Zero || !budgets.TryFind(lane.Key, out var key, out var budget)) continue;
            if (!IsOpen(lane, key, budget, readAt)) continue;
            if (!byBudget.TryGetValue(budget, out var ready)) byBudget[budget] = ready = [];
            ready[lane] = new(lane, key, budget);
        }

        return
        [
            .. byBudget
                .SelectMany(same => same.Key.Turns.Order(same.Value.Keys).Select((lane, place) => (Place: place, Ready: same.Value[lane])))
                .OrderBy(one => one.Place)
                .Select(one => one.Ready),
        ];
    }

    /// <summary>Takes turns in the budget for up to <paramref name="places"/> requests.</summary>
    public async Task<PacedTurns> ReserveAsync(BudgetKeeper keeper, int places, TimeSpan horizon, CancellationToken cancellation)
    {
        if (IsProbe)
        {
            // One call, whoever makes it; the others see in the table that it is under way.
            if (!await keeper.TryProbeAsync(Budget, cancellation)) return default;
            return new(TimeSpan.Zero, TimeSpan.Zero, 1);
        }

        var rate = Budget.Rate;
        var share = Budget.Turns.ShareOf(Lane, Pacer.TurnsAhead(rate, horizon));
        var turns = share > 0 ? Budget.Pacer.Reserve(Math.Min(places, share), rate, horizon) : default;
        Budget.Turns.Begin(Lane, turns.Count);
        return turns;
    }

    /// <summary>Gives back turns that nothing was claimed for, and their places.</summary>
    public async Task GiveBackAsync(BudgetKeeper keeper, PollRoom room, PacedTurns turns, int unused)
    {
        if (unused == 0) return;
        room.Return(unused);
        if (IsProbe)
        {
            await keeper.LetGoAsync(Budget);
            return;
        }

        Budget.Pacer.Return(turns, unused);
        Budget.Turns.End(Lane, unused);
    }

    // A client's key that has another budget has another value, which comes here with the next tick. While another value of the
    // operator's key is rolled out, the row names the new one's budget, and a process with the old one goes by what it knows.
    private static bool IsOpen(LaneDue lane, KnownUpstreamKey key, Budget budget, long readAt) => lane.Budget == budget.Id
        ? budget.See(lane.PausedFor, readAt) && !lane.IsPaused
        : key.ClientId is null && !budget.IsClosed;
}
