using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Polling.Estimates;

internal static class EstimatesServices
{
    /// <summary>Adds what learns durations, what is read of them, and the work that reads it anew.</summary>
    public static IServiceCollection AddEstimates(this IServiceCollection services) => services
        .AddSingleton<DurationRecorder>()
        .AddSingleton<LearnedEstimates>()
        .AddSingleton<IRecurringWork>(provider => provider.GetRequiredService<LearnedEstimates>());
}
