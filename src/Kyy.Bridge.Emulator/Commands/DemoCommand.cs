using System.CommandLine;
using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Emulator.Commands;

/// <summary><c>demo</c>: the service's main job, seen from outside, in half a minute.</summary>
internal static class DemoCommand
{
    private const int Interrupted = 130, LogTail = 15;

    private static readonly Option<bool> Stay = new("--stay")
    {
        Description = "Keeps everything running after the summary, until Ctrl+C.",
    };

    private static readonly Option<string?> Bridge = new("--bridge")
    {
        Description = "The service's Kyy.Bridge.dll. Default: the one built in this repository.",
    };

    private static readonly Option<string?> Log = new("--log")
    {
        Description = "Takes what the service says. Default: artifacts/demo/bridge.log in this repository.",
    };

    public static Command Create()
    {
        var command = new Command("demo", "Runs an upstream, the real service and a receiver, and shows tasks on their way to webhooks.")
        {
            Stay, Bridge, Log,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken stopping)
    {
        try
        {
            var places = DemoPlaces.Find(
                AppContext.BaseDirectory, Environment.GetEnvironmentVariable, given.GetValue(Bridge), given.GetValue(Log));
            var faults = await new DemoStory(places, Console.Out, TimeProvider.System).TellAsync(given.GetValue(Stay), stopping);
            if (faults is []) return 0;

            await ReportAsync(faults, places.LogFile);
            return 1;
        }
        catch (DemoException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped before its end.");
            return Interrupted;
        }
    }

    private static async Task ReportAsync(IReadOnlyList<string> faults, string logFile)
    {
        var log = File.Exists(logFile) ? File.ReadLines(logFile).TakeLast(LogTail) : [];
        string[] lines = ["The demo failed:", .. Indented(faults), $"The service's log is {logFile}. It ends:", .. Indented(log)];
        foreach (var line in lines) await Console.Error.WriteLineAsync(line);
    }

    private static IEnumerable<string> Indented(IEnumerable<string> lines) => lines.Select(line => $"  {line}");
}
