using System.Diagnostics;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator.Demo;

/// <summary>The real demo as a process, with its output in a pipe. Not beside other tests: it is judged by seconds.</summary>
[CollectionDefinition(nameof(DemoTests), DisableParallelization = true)]
[Collection(nameof(DemoTests))]
public sealed class DemoTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly ScratchFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string LogFile => Path.Combine(_folder.Path, "bridge.log");

    private string Database => Path.Combine(_folder.Path, "postgres");

    [Fact]
    public async Task Demo_ShowsEveryTaskToItsVerifiedWebhook_AndEndsByItself()
    {
        await ServerBinaries.RequireAsync();
        using var demo = Start();
        var errors = demo.StandardError.ReadToEndAsync(Cancelled);

        var output = await demo.StandardOutput.ReadToEndAsync(Cancelled).WaitAsync(Patience, Cancelled);
        await demo.WaitForExitAsync(Cancelled).WaitAsync(Patience, Cancelled);

        (await errors).ShouldBeEmpty(output);
        demo.ExitCode.ShouldBe(0);
        output.ShouldNotContain('\e');
        foreach (var family in EmulatedFamily.All)
        {
            output.ShouldMatch($@"(?m)^ +\d+\.\d s  {family} .* queued → processing$");
            output.ShouldMatch($@"(?m)^ +\d+\.\d s  {family} .* completed, webhook verified \(attempt [12]\)$");
        }

        output.ShouldMatch(@"(?m) failed, webhook verified \(attempt 1\)$");
        output.ShouldMatch(@"(?m) cancelled, webhook verified \(attempt 1\)$");
        output.ShouldMatch(@"(?m)^ +\d+\.\d s  seedance15 flex .* completed, webhook verified \(attempt 1\)$");
        output.ShouldMatch(@"(?m) completed, webhook verified \(attempt 2\)$");
        output.ShouldMatch(@"(?m)^12 tasks of 5 families in [0-9.]+ s: 10 completed, 1 failed, 1 cancelled\.$");
        output.ShouldContain("\n13 webhooks received, all verified; 1 answered 500 on purpose, to see it again.\n");
        output.ShouldMatch(@"(?m)^\d+ polls; the closest two of a task: 1\.\d\d s \(minimum 1 s\), flex 2\.\d\d s \(2 s\)\.$");
        output.ShouldContain("\n0 violations counted by the upstream.\n");
        output.ShouldContain("\ndeploy/dev up ");
        LogFileSays("Everything in flight was finished or handed back").ShouldBeTrue();
    }

    [Fact]
    public async Task Demo_Killed_TakesTheServiceWithIt()
    {
        await ServerBinaries.RequireAsync();
        using var demo = Start();
        while (await demo.StandardOutput.ReadLineAsync(Cancelled).AsTask().WaitAsync(Patience, Cancelled) is { } line)
        {
            if (line.StartsWith("Tasks of five families", StringComparison.Ordinal)) break;
        }

        demo.Kill();

        await Wait.UntilAsync(() => LogFileSays("Application is shutting down"), "the service was told to end");
        await Wait.UntilAsync(() => !File.Exists(Path.Combine(Database, "data", "postmaster.pid")), "its PostgreSQL had stopped");
    }

    [Fact]
    public async Task Demo_WithAServiceThatDoesNotStart_FailsWithTheEndOfItsLog()
    {
        using var demo = Start("--bridge", Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.Client.dll"));

        var errors = await demo.StandardError.ReadToEndAsync(Cancelled).WaitAsync(Patience, Cancelled);
        await demo.WaitForExitAsync(Cancelled).WaitAsync(Patience, Cancelled);

        demo.ExitCode.ShouldBe(1);
        errors.ShouldStartWith("The demo failed:\n  The service ended at its start, with exit code ");
        errors.ShouldContain($"The service's log is {LogFile}. It ends:\n  ");
    }

    public void Dispose() => _folder.Dispose();

    private Process Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.Emulator.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, "demo", "--log", LogFile, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ConnectionStrings__Bridge"] = "",
                ["Bridge__Database__LocalDirectory"] = Database,
            },
        })!;
    }

    private bool LogFileSays(string words) => File.Exists(LogFile) && File.ReadAllText(LogFile).Contains(words, StringComparison.Ordinal);
}
