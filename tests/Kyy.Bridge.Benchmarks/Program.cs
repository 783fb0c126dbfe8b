using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Kyy.Bridge.Benchmarks.Fairness;
using Kyy.Bridge.Benchmarks.Load;
using Kyy.Bridge.Benchmarks.Registration;
using Kyy.Bridge.Benchmarks.ScaleOut;
using Kyy.Bridge.Benchmarks.Sender;
using Kyy.Bridge.Benchmarks.Start;
using Kyy.Bridge.Benchmarks.Statements;
using Kyy.Bridge.Benchmarks.Upstream;
using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Benchmarks;

/// <summary>
/// Runs the measurements, prints what they found and keeps it as JSON. A target that is missed is said, and is no failure.
/// </summary>
internal static class Program
{
    private static readonly IReadOnlyList<IMeasurement> Measurements =
    [
        new FlatMeasurement(),
        new GrowthMeasurement(),
        new LatencyMeasurement(),
        new RegistrationMeasurement(),
        new ScaleMeasurement(),
        new SenderMeasurement(),
        new StartMeasurement(),
        new StatementsMeasurement(),
        new FairnessMeasurement(),
        new SustainedMeasurement(),
        new UpstreamMeasurement(),
    ];

    private static readonly Option<string?> Only = new Option<string?>("--only")
    {
        Description = "The one measurement to run. Default: all but those that take very long.",
    }.AcceptOnlyFromAmong([.. Measurements.Select(measurement => measurement.Name)]);

    private static readonly Option<bool> Brief = new("--brief")
    {
        Description = "All of them, each for a few seconds: to see that they work. The figures say nothing.",
    };

    private static readonly Option<DirectoryInfo> Output = new("--output")
    {
        Description = "Takes the JSON and what the service says.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("artifacts", "bench")),
    };

    // The default of 2 s would cut it off while its service and its database are still ending.
    private static readonly InvocationConfiguration Patient = new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };

    private static Task<int> Main(string[] args)
    {
        var command = new RootCommand("Measures the service on this machine.") { Only, Brief, Output, Actors.Command(), BareEndpoint.Create() };
        command.SetAction(RunAsync);
        return command.Parse(args).InvokeAsync(Patient);
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken stopping)
    {
        try
        {
            var folder = given.GetRequiredValue(Output);
            folder.Create();
            var extent = new Extent(given.GetValue(Brief));
            var wanted = Measurements.Where(one => given.GetValue(Only) is { } only ? one.Name == only : extent.IsBrief || !one.IsLong);
            foreach (var measurement in wanted) await RunAsync(measurement, folder.FullName, extent, stopping);
            return 0;
        }
        catch (DemoException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped before its end.");
            return 130;
        }
    }

    private static async Task RunAsync(IMeasurement measurement, string folder, Extent extent, CancellationToken stopping)
    {
        Console.WriteLine($"{measurement.Name}: {measurement.Question}");
        var load = Machine.Load();
        var report = await measurement.RunAsync(new Progress(TimeProvider.System), folder, extent, stopping);
        var machine = string.Create(
            CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, shared with PostgreSQL, emulator and receivers");
        Console.WriteLine();
        foreach (var line in report.Lines) Console.WriteLine(line);
        Console.WriteLine($"Machine: {machine}. Load before: {load ?? "unknown"}.");
        if (extent.IsBrief)
        {
            Console.WriteLine("In brief: the figures say nothing, and are not kept.");
            return;
        }

        foreach (var missed in report.Missed) Console.WriteLine($"MISSED: {missed}");
        if (report.Missed is []) Console.WriteLine("Nothing is missed.");

        var file = Path.Combine(folder, $"{measurement.Name}.json");
        var all = new { measurement.Name, machine, LoadBefore = load, report.Missed, report.Figures };
        var json = JsonSerializer.Serialize(all, Report.Json);
        await File.WriteAllTextAsync(file, json + '\n', stopping);
        Console.WriteLine($"Figures: {Path.GetRelativePath(Directory.GetCurrentDirectory(), file)}");
    }
}
