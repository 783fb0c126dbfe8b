using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Maintenance;

internal static class MaintenanceServices
{
    public static IServiceCollection AddMaintenance(this IServiceCollection services, RetentionSettings retention) => services
        .AddSingleton(retention)
        .AddSingleton<IRecurringWork, Pruner>()
        .AddSingleton<IRecurringWork, ClockWork>();
}
