using System.CommandLine;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Secure;

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
        Description = "Decides the durations that are drawn, and what happens by chance.",
        DefaultValueFactory = _ => Defaults.Seed,
    };

    private static readonly Option<int?> MaxParallel = new("--max-parallel") { Description = "More requests at once are reported." };

    private static readonly Option<string?> Scenario = new("--scenario")
    {
        Description = "A file of tasks, faults and limits to begin with.",
    };

    private static readonly Option<TlsCondition[]> Tls = new("--tls")
    {
        Description = "Listens for https too, with what is right or wrong about it; on free ports of this machine.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> CaFile = new("--ca-file")
    {
        Description = "Where the authority of the https certificates is written to.",
    };

    public static Command Create()
    {
        TimeScale.Validators.Add(given =>
        {
            if (given.GetValue(TimeScale) is not (> 0 and <= 1000)) given.AddError("--time-scale is above 0 and at most 1000.");
        });
        Scenario.Validators.Add(given =>
        {
            if (given.GetValue(Scenario) is { } file && ErrorOf(file) is { } error) given.AddError(error);
        });
        var command = new Command("emulator", "Emulates the upstream's GET /v1/result/{id} for all five model families.")
        {
            Urls, Key, TimeScale, Seed, MaxParallel, Scenario, Tls, CaFile,
        };
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
            MaxParallel = given.GetValue(MaxParallel),
            Tls = [.. given.GetValue(Tls) ?? []],
        });
        Console.WriteLine($"upstream on {server.BaseUrl}, control on {new Uri(server.ControlUrl, "/control/")}");
        foreach (var condition in given.GetValue(Tls) ?? []) Console.WriteLine($"{condition} https on {server.SecureUrl(condition)}");
        if (given.GetValue(CaFile) is { } file) await File.WriteAllTextAsync(file, server.Authority.Pem, stopping);
        if (given.GetValue(Scenario) is { } scenario) Play(server, ScenarioFile.Load(scenario));
        await Stop.RequestedAsync(stopping);
    }

    private static void Play(EmulatorServer server, ScenarioFile scenario)
    {
        foreach (var task in server.Play(scenario)) Console.WriteLine($"task {task.Id}  {task.Model}");
    }

    private static string? ErrorOf(string file)
    {
        try
        {
            _ = ScenarioFile.Load(file);
            return null;
        }
        catch (ArgumentException wrong)
        {
            return wrong.Message;
        }
    }
}
