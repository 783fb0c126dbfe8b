using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Polling.Budgets;

/// <summary>Does what answers have taught about a key: pauses it, rejects it, opens it again, for this process at once and stored for all.</summary>
internal sealed partial class BudgetKeeper(
    BudgetStore store, LiveBudgets budgets, UpstreamOptions options, Jitter jitter, TimeProvider time, ILogger<BudgetKeeper> logger)
{
    /// <summary>Whether this process may make the one call that a pause which is over allows.</summary>
    public Task<bool> TryProbeAsync(Budget budget, CancellationToken cancellation) => store.TryProbeAsync(budget.Id, options.Timeout * 2, cancellation);

    /// <summary>The call was not made: another may make it.</summary>
    public Task LetGoAsync(Budget budget) => store.LetGoAsync(budget.Id);

    /// <summary>Carries a change out; returns when it is stored.</summary>
    public async Task CarryOutAsync(Budget budget, BudgetChange change, bool isProbe)
    {
        budget.BeginChange();
        TimeSpan? pausedFor = TimeSpan.Zero;
        try
        {
            // Repeated through an outage of the database: meanwhile the key is closed for this process, which cannot claim anyway.
            await BatchWrite.RepeatAsync(async () => pausedFor = await StoreAsync(budget, change, isProbe), time, logger, CancellationToken.None);
        }
        finally
        {
            budget.EndChange(pausedFor);
        }
    }

    private async Task<TimeSpan?> StoreAsync(Budget budget, BudgetChange change, bool isProbe)
    {
        switch (change)
        {
            case BudgetChange.Pause pause:
                return await PauseAsync(budget, Wish(pause.Reason, pause.StatusCode, isRejected: false, isProbe, pause.LowersPace, pause.AskedFor));
            case BudgetChange.Reject reject:
                return await PauseAsync(budget, Wish("key_refused", reject.StatusCode, isRejected: true, isProbe, lowersPace: false, null));
            default:
                var wasRejected = await store.ReopenAsync(budget.Id, budgets.Window.Min, CancellationToken.None);
                if (wasRejected) LogRestored(logger, budget.Id);
                else LogReopened(logger, budget.Id);
                return null;
        }
    }

    private async Task<TimeSpan?> PauseAsync(Budget budget, PauseWish wish)
    {
        var stored = await store.PauseAsync(budget.Id, wish, CancellationToken.None);
        if (stored.IsNewlyRejected) LogRejected(logger, budget.Id, wish.StatusCode);
        else if (!wish.IsProbe) LogPaused(logger, budget.Id, wish.Reason, wish.StatusCode, stored.PausedFor);
        return stored.PausedFor;
    }

    private PauseWish Wish(string reason, int? statusCode, bool isRejected, bool isProbe, bool lowersPace, TimeSpan? askedFor)
    {
        var drawn = jitter.Next();
        return new(reason, statusCode, isRejected, isProbe, lowersPace, budgets.Window.Min, (trips, rejected) =>
            Longer(askedFor, Backoff.Of(trips, rejected, budgets.Window.Min, drawn), isExact: lowersPace));
    }

    // A limiter knows when it lets calls through again; a broken server only guesses.
    private static TimeSpan Longer(TimeSpan? askedFor, TimeSpan ours, bool isExact) =>
        askedFor is { } asked && (isExact || asked > ours) ? asked : ours;

    [LoggerMessage(1320, LogLevel.Warning, "Budget {Budget} is paused for {Pause} ({Reason}, {StatusCode}); the tasks of its keys wait")]
    private static partial void LogPaused(ILogger logger, int budget, string reason, int? statusCode, TimeSpan pause);

    [LoggerMessage(1321, LogLevel.Information, "Budget {Budget} is open again")]
    private static partial void LogReopened(ILogger logger, int budget);

    [LoggerMessage(1322, LogLevel.Error, "The upstream refuses the keys of budget {Budget} ({StatusCode}); their tasks and deadlines wait for another key")]
    private static partial void LogRejected(ILogger logger, int budget, int? statusCode);

    [LoggerMessage(1323, LogLevel.Information, "The upstream takes the keys of budget {Budget} again")]
    private static partial void LogRestored(ILogger logger, int budget);
}
