using System.CommandLine;
using Kyy.Bridge.Telemetry;

namespace Kyy.Bridge.Verbs;

/// <summary><c>migrate</c>: brings the database up to date and ends.</summary>
internal static class MigrateVerb
{
    public static Command Create()
    {
        var command = new Command("migrate", "Brings the database to this version's schema. Safe to run from many places at once.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((given, cancellation) => ServiceSetup.RunAsync(given.UnmatchedTokens, MigrateAsync, cancellation));
        return command;
    }

    private static async Task<int> MigrateAsync(ServiceSetup setup, CancellationToken cancellation)
    {
        setup.Builder.Services.AddLog(setup.Log);
        await using var app = BridgeService.Build(setup.Builder, setup.Settings, setup.DataSource);
        await BridgeService.MigrateAsync(app.Services, null, cancellation);
        await Console.Out.WriteLineAsync("The database is up to date.");
        return 0;
    }
}
