using System.CommandLine;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Commands;

/// <summary><c>emulator</c>: an upstream until Ctrl+C or SIGTERM.</summary>
internal static class EmulatorCommand
{
    private static readonly EmulatorOptions Defaults = new() { Urls = "http://127.0.0.1:5080" };

    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "What to listen on.",
        DefaultValueFactory = _ => Defaults.Urls,
    };

    private static readonly Option<string> Key = new("--key")
    {
        Description = "The bearer key that is right.",
        DefaultValueFactory = _ => Defaults.ApiKey,
    };

    private static readonly Option<double> TimeScale = new("--time-scale")
    {
        Description = "Multiplies every duration: 0.01 is a hundred times faster.",
        DefaultValueFactory = _ => Defaults.TimeScale,
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Decides the durations that are drawn.",
        DefaultValueFactory = _ => Defaults.Seed,
    };

    public static Command Create()
    {
        TimeScale.Validators.Add(given =>
        {
            if (given.GetValue(TimeScale) is not (> 0 and <= 1000)) given.AddError("--time-scale is above 0 and at most 1000.");
        });
        var command = new Command("emulator", "Emulates the upstream's GET /v1/result/{id} for all five model families.") { Urls, Key, TimeScale, Seed };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult given, CancellationToken stopping)
    {
        await using var server = await EmulatorServer.StartAsync(Defaults with
        {
            Urls = given.GetRequiredValue(Urls),
            ApiKey = given.GetRequiredValue(Key),
            TimeScale = given.GetValue(TimeScale),
            Seed = given.GetValue(Seed),
        });
        Console.WriteLine($"upstream on {server.BaseUrl}, control on {new Uri(server.ControlUrl, "/control/")}");
        await Stop.RequestedAsync(stopping);
    }
}
