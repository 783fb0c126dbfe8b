using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Outcomes;

internal static class OutcomesServices
{
    public static IServiceCollection AddOutcomes(this IServiceCollection services) => services
        .AddSingleton<OutcomeRecorder>()
        .AddSingleton<KeyEvents>()
        .AddSingleton<TransitionListeners>()
        .AddSingleton<IRecurringWork>(provider => provider.GetRequiredService<TransitionListeners>());
}
