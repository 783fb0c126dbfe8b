using System.CommandLine;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Telemetry;
using Serilog.Core;
using Serilog.Events;

namespace Kyy.Bridge.Verbs;

/// <summary><c>keys create --client NAME</c>.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var client = new Option<string>("--client") { Description = "The client's name.", Required = true };
        var create = new Command("create", "Makes an API key for a client, and the client where there is none. Prints the key, once.") { client };
        create.TreatUnmatchedTokensAsErrors = false;
        create.SetAction((given, cancellation) => ServiceSetup.RunAsync(
            given.UnmatchedTokens, (setup, token) => CreateAsync(setup, given.GetRequiredValue(client), token), cancellation,
            // Its output is the key alone.
            LogEventLevel.Verbose));
        return new Command("keys", "API keys.") { create };
    }

    private static async Task<int> CreateAsync(ServiceSetup setup, string client, CancellationToken cancellation)
    {
        setup.Builder.Services.AddLog(Logger.None);
        await using var app = BridgeService.Build(setup.Builder, setup.Settings, setup.DataSource);
        if (setup.Settings.Database.MigrateAtStart) await BridgeService.MigrateAsync(app.Services, null, cancellation);
        return await KeysVerb.CreateAsync(app.Services, client, Console.Out, Console.Error, cancellation);
    }
}
