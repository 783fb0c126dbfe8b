using Hangfire;
using Hangfire.Dashboard;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling.HangfireAdapter;

namespace Kyy.Bridge.Scheduling;

internal static partial class Engines
{
    static partial void AddFurther(List<EngineKind> engines) => engines.Add(new("Hangfire", AddHangfire, HangfireDashboard.Map));

    // Not by AddHangfire, which configures the process: its storage and filters are ambient, and the retries that it adds are not wanted.
    private static void AddHangfire(IServiceCollection services)
    {
        services.AddSingleton(HangfireStorage.Create);
        services.AddSingleton<IFurtherSchema, HangfireSchema>();
        services.AddSingleton<IEngine, HangfireEngine>();
        services.AddSingleton<IRecurringWork, SweepJobs>();
        // What the dashboard looks for.
        services.AddSingleton<IGlobalConfiguration>(_ => GlobalConfiguration.Configuration);
        services.AddSingleton(_ => DashboardRoutes.Routes);
    }
}
