namespace Kyy.Bridge.Scheduling;

internal static class SchedulingServices
{
    /// <summary>Adds what every process needs, and the loops where it has the role of a worker.</summary>
    public static IServiceCollection AddScheduling(this IServiceCollection services, bool isWorker)
    {
        services.AddSingleton<Jitter>(_ => new Jitter()).AddSingleton<Liveness>();
        return isWorker ? services.AddHostedService<Workers>() : services;
    }
}
