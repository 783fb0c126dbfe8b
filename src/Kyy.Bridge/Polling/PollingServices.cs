using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Polling;

internal static class PollingServices
{
    /// <summary>Adds the poller, and one recurring work for each family.</summary>
    public static IServiceCollection AddPolling(this IServiceCollection services, IEnumerable<ModelFamily> families)
    {
        services.AddSingleton<Lanes>().AddSingleton<SlotFiling>().AddSingleton<PollSignals>().AddSingleton<ClaimDueTasks>();
        services.AddSingleton<Judge>().AddSingleton<Poller>().AddSingleton<Asker>().AddSingleton<AnswerIntake>().AddSingleton<ClaimCorrections>();
        services.AddSingleton(NewRoom).AddSingleton<Lateness>();
        services.AddSingleton<LiveBudgets>().AddSingleton<BudgetStore>().AddSingleton<BudgetKeeper>();
        services.AddSingleton<IRecurringWork, BudgetWork>();
        services.AddEstimates();
        services.AddSingleton<IRecurringWork, RepairSlots>().AddSingleton<IRecurringWork, EndOverdue>();
        foreach (var family in families)
            services.AddSingleton<IRecurringWork>(provider => ActivatorUtilities.CreateInstance<PollWork>(provider, family));
        return services;
    }

    // An eighth of the time-out is no longer usual: what the room is wanted for by others comes first then.
    private static PollRoom NewRoom(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<UpstreamOptions>();
        return new(options.MaxConcurrency, options.Timeout / 8, provider.GetRequiredService<TimeProvider>());
    }
}
