using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Polling.Budgets;

/// <summary>Brings the budgets up to date every second.</summary>
internal sealed class BudgetWork(LiveBudgets budgets) : IRecurringWork
{
    public string Name => "budgets";

    public TimeSpan Cadence => LiveBudgets.Cadence;

    public WakeSignal Wake { get; } = new();

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        await budgets.TickAsync(cancellation);
        return new(1);
    }
}
