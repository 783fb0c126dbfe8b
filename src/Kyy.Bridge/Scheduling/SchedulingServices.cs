namespace Kyy.Bridge.Scheduling;

internal static class SchedulingServices
{
    /// <summary>Adds what every process needs, and the loops where it has the role of a worker.</summary>
    public static IServiceCollection AddScheduling(this IServiceCollection services, SchedulingSettings settings, bool isWorker)
    {
        services.AddSingleton(_ => new Jitter());
        settings.Engine.AddServices(services);
        return isWorker ? services.AddHostedService<Workers>() : services;
    }
}
