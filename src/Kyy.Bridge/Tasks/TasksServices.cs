namespace Kyy.Bridge.Tasks;

internal static class TasksServices
{
    public static IServiceCollection AddTasks(this IServiceCollection services)
    {
        services.AddSingleton<TaskRegistrar>().AddSingleton<TaskWaiters>();
        return services.AddHostedService<WaiterWatch>();
    }
}
