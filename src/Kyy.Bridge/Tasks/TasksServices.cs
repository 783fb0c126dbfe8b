using Kyy.Bridge.Http;

namespace Kyy.Bridge.Tasks;

internal static class TasksServices
{
    public static IServiceCollection AddTasks(this IServiceCollection services, LimitsSettings limits)
    {
        services.AddSingleton(limits);
        services.AddSingleton<TaskRegistrar>().AddSingleton<RegistrationReader>();
        services.AddSingleton<TaskWaiters>().AddSingleton<TaskWaiting>();
        return services.AddHostedService<WaiterWatch>();
    }
}
