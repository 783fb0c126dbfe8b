using System.CommandLine;
using Kyy.Bridge.Configuration;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Telemetry;

namespace Kyy.Bridge.Verbs;

/// <summary><c>serve</c>: the service itself, and what runs where no verb is named.</summary>
internal static partial class ServeVerb
{
    public static Command Create()
    {
        var command = new Command("serve", "Runs the service (the default). Takes configuration as --Bridge:Section:Key=value.");
        return Serving(command);
    }

    /// <summary>Makes a command without a verb serve.</summary>
    public static RootCommand ServingByDefault(this RootCommand root)
    {
        Serving(root);
        return root;
    }

    private static Command Serving(Command command)
    {
        // The rest is ASP.NET Core's: --urls, --Bridge:Upstream:ApiKey=….
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((given, cancellation) => given.UnmatchedTokens is [var first, ..] && !first.StartsWith('-')
            ? RefuseAsync(first)
            : ServiceSetup.RunAsync(given.UnmatchedTokens, ServeAsync, cancellation));
        return command;
    }

    private static async Task<int> RefuseAsync(string verb)
    {
        await Console.Error.WriteLineAsync($"There is no verb {verb}. --help names them.");
        return 1;
    }

    /// <summary>Serves until it is stopped, and returns the exit code.</summary>
    internal static async Task<int> ServeAsync(ServiceSetup setup, CancellationToken cancellation)
    {
        if (await ServerLimits.FaultAsync(setup.DataSource, setup.Settings.Database.MaxConnections, cancellation) is { } fault)
        {
            await Console.Error.WriteLineAsync(fault);
            return FaultReport.ExitCode;
        }

        setup.Builder.Services.AddLog(setup.Log);
        await using var app = BridgeService.Build(setup.Builder, setup.Settings, setup.DataSource);
        if (setup.Settings.Database.MigrateAtStart) await MigrateAsync(app, setup, cancellation);
        else await app.Services.GetRequiredService<RingCheck>().RunAsync(cancellation);
        await app.Services.GetRequiredService<DatabaseClock>().SynchroniseAsync(cancellation);
        if (setup.Settings.Upstream.ApiKey is null) LogNoKey(app.Logger);
        await app.RunAsync(cancellation);
        return 0;
    }

    private static Task MigrateAsync(WebApplication app, ServiceSetup setup, CancellationToken cancellation)
    {
        var makesKey = app.Environment.IsDevelopment() && setup.Settings.Auth.AdminKey is null;
        return BridgeService.MigrateAsync(app.Services, makesKey ? TellAdminKeyAsync : null, cancellation);

        async Task TellAdminKeyAsync(CancellationToken locked)
        {
            if (await DevelopmentAdminKey.CreateAsync(app.Services, locked) is { } key)
                await Console.Out.WriteLineAsync($"Admin key of this installation, shown this once: {key}");
        }
    }

    [LoggerMessage(
        1601, LogLevel.Warning,
        "The operator has no upstream key: until Bridge:Upstream:ApiKey is set, only clients with keys of their own can register tasks")]
    private static partial void LogNoKey(ILogger logger);
}
