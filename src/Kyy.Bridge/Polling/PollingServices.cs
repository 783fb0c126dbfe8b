using Kyy.Bridge.Keys.UpstreamKeys;
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
        services.AddSingleton<Judge>().AddSingleton<Poller>().AddSingleton<Asker>().AddSingleton<AnswerIntake>();
        services.AddSingleton(provider => new PollRoom(provider.GetRequiredService<UpstreamOptions>().MaxConcurrency));
        services.AddSingleton<KeyBudgets>().AddSingleton<BudgetStore>().AddSingleton<BudgetKeeper>();
        services.AddSingleton<UpstreamKeyRing>().AddSingleton<IRecurringWork, BudgetWork>();
        services.AddEstimates();
        services.AddSingleton<IRecurringWork, RepairSlots>().AddSingleton<IRecurringWork, EndOverdue>();
        foreach (var family in families)
            services.AddSingleton<IRecurringWork>(provider => ActivatorUtilities.CreateInstance<PollWork>(provider, family));
        return services;
    }
}
