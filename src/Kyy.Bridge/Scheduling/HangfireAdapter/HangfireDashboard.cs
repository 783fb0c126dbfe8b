using Hangfire;
using Kyy.Bridge.Configuration;
using Kyy.Bridge.Keys.SignIn;
using Kyy.Bridge.Telemetry;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>Hangfire's dashboard at <c>/hangfire</c>, for admins who have signed in.</summary>
internal static class HangfireDashboard
{
    private const string Path = "/hangfire";

    public static void Map(WebApplication app, BridgeSettings settings)
    {
        app.MapSignIn(Path);
        app.MapHangfireDashboardWithAuthorizationPolicy(OperatorSession.Policy, Path, new()
        {
            DashboardTitle = "Kyy.Bridge",
            // Its link "Back to site" leads to where one signs out.
            AppPath = settings.Http.PathBase + OperatorSession.SignInPath,
            DisplayStorageConnectionString = false,
            IsReadOnlyFunc = _ => settings.Scheduling.DashboardReadOnly,
        }).WithMetadata(new RoutineRequests());
    }
}
