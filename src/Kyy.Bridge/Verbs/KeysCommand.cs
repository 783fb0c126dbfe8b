using System.CommandLine;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Telemetry;
using Serilog.Core;
using Serilog.Events;

namespace Kyy.Bridge.Verbs;

/// <summary><c>keys create --client NAME</c> and <c>keys rotate</c>.</summary>
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
        return new Command("keys", "API keys, and the key ring.") { create, CreateRotate() };
    }

    private static Command CreateRotate()
    {
        var resume = new Option<bool>("--resume") { Description = "Goes on with the newest key instead of making one." };
        var rotate = new Command("rotate", "Makes a new key of the key ring and re-encrypts every secret. Takes the rights of migrate.") { resume };
        rotate.TreatUnmatchedTokensAsErrors = false;
        rotate.SetAction((given, cancellation) => ServiceSetup.RunAsync(
            given.UnmatchedTokens, (setup, token) => RotateAsync(setup, given.GetValue(resume), token), cancellation));
        return rotate;
    }

    private static async Task<int> RotateAsync(ServiceSetup setup, bool resume, CancellationToken cancellation)
    {
        setup.Builder.Services.AddLog(Logger.None);
        await using var app = BridgeService.Build(setup.Builder, setup.Settings, setup.DataSource);
        return await app.Services.GetRequiredService<RingRotation>()
            .RunAsync(resume, RingRotation.Settling, Console.Out, Console.Error, cancellation);
    }

    private static async Task<int> CreateAsync(ServiceSetup setup, string client, CancellationToken cancellation)
    {
        setup.Builder.Services.AddLog(Logger.None);
        await using var app = BridgeService.Build(setup.Builder, setup.Settings, setup.DataSource);
        if (setup.Settings.Database.MigrateAtStart) await BridgeService.MigrateAsync(app.Services, null, cancellation);
        return await KeysVerb.CreateAsync(app.Services, client, Console.Out, Console.Error, cancellation);
    }
}
