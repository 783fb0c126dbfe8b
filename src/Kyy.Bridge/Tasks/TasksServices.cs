using Kyy.Bridge.Http;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tasks.Refreshing;

namespace Kyy.Bridge.Tasks;

internal static class TasksServices
{
    public static IServiceCollection AddTasks(this IServiceCollection services, LimitsSettings limits)
    {
        services.AddSingleton(limits);
        services.AddSingleton<TaskRegistrar>().AddSingleton<RegistrationReader>().AddSingleton<RegistrationAnswers>();
        services.AddSingleton<Registrants>().AddSingleton<CallbackHosts>();
        services.AddSingleton<TaskWaiters>().AddSingleton<TaskWaiting>();
        services.AddSingleton<StopBatch>();
        services.AddSingleton<ClaimRefreshes>().AddSingleton<SettleRefreshes>().AddSingleton<Refresher>().AddSingleton<RefreshWork>();
        services.AddSingleton<IRecurringWork>(provider => provider.GetRequiredService<RefreshWork>());
        return services.AddHostedService<WaiterWatch>();
    }
}
