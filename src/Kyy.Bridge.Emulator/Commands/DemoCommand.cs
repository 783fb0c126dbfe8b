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
            Stay, Bridge, Log, RunningDemoCommand.Create(),
        };
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Tells a story, and what kept it from being told.</summary>
    /// <returns>The exit code.</returns>
    internal static async Task<int> TellAsync(Func<CancellationToken, Task<IReadOnlyList<string>>> tell, CancellationToken stopping)
    {
        try
        {
            var report = await tell(stopping);
            foreach (var line in report) await Console.Error.WriteLineAsync(line);
            return report is [] ? 0 : 1;
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

    /// <summary>Nothing where there are no faults.</summary>
    internal static IReadOnlyList<string> Report(IReadOnlyList<string> faults) => faults is [] ? [] : ["The demo failed:", .. Indented(faults)];

    private static Task<int> RunAsync(ParseResult given, CancellationToken stopping)
    {
        return TellAsync(TellHereAsync, stopping);

        async Task<IReadOnlyList<string>> TellHereAsync(CancellationToken cancellation)
        {
            var places = DemoPlaces.Find(
                AppContext.BaseDirectory, Environment.GetEnvironmentVariable, given.GetValue(Bridge), given.GetValue(Log));
            using var held = places.DatabaseFolder is { } folder ? DatabaseLock.Take(folder) : null;
            await using var local = await LocalStage.StartAsync(places, TimeProvider.System);
            var story = new DemoStory(local.Stage, local.ReadyAsync, Console.Out, TimeProvider.System);
            if (await story.TellAsync(cancellation) is [_, ..] faults) return [.. Report(faults), .. EndOf(places.LogFile)];

            if (given.GetValue(Stay)) await local.StayAsync(story.ClientKey, Console.Out, cancellation);
            else foreach (var line in Summary.Next) Console.WriteLine(line);
            return [];
        }
    }

    private static IEnumerable<string> EndOf(string logFile)
    {
        var log = File.Exists(logFile) ? File.ReadLines(logFile).TakeLast(LogTail) : [];
        return [$"The service's log is {logFile}. It ends:", .. Indented(log)];
    }

    private static IEnumerable<string> Indented(IEnumerable<string> lines) => lines.Select(line => $"  {line}");
}
