using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Endpoints;

internal static class ReplayServices
{
    public static IServiceCollection AddReplays(this IServiceCollection services) => services
        .AddSingleton<ReplayWork>()
        .AddSingleton<IRecurringWork>(provider => provider.GetRequiredService<ReplayWork>());
}
