namespace Kyy.Bridge.Tasks;

internal static class TasksServices
{
    public static IServiceCollection AddTasks(this IServiceCollection services)
    {
        services.AddSingleton<TaskRegistrar>().AddSingleton<RegistrationReader>();
        services.AddSingleton<TaskWaiters>().AddSingleton<TaskWaiting>();
        return services.AddHostedService<WaiterWatch>();
    }
}
