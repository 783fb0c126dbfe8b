using System.Diagnostics;
using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator.Demo;

/// <summary>The demo with a service, an upstream and a receiver that run already, as it is told in containers.</summary>
[Collection(nameof(DemoTests))]
public sealed class RunningDemoTests(PostgresServer server) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly string AdminKey = new('k', 48);

    private readonly ScratchFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Demo_WithWhatRunsAlready_TellsTheSameStory()
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var upstream = await EmulatorServer.StartAsync(new() { TimeScale = Pace.TimeScale });
        await using var receiver = await ReceiverServer.StartAsync(new());
        await using var bridge = await StartBridgeAsync(database, upstream);

        var (output, errors, code) = await TellAsync(bridge.Address, upstream.ControlUrl, receiver.BaseUrl);

        errors.ShouldBeEmpty(output);
        code.ShouldBe(0);
        output.ShouldMatch(@"(?m)^12 tasks of 5 families in [0-9.]+ s: 10 completed, 1 failed, 1 cancelled\.$");
        output.ShouldContain("\n13 webhooks received, all verified; 1 answered 500 on purpose, to see it again.\n");
        output.ShouldContain("\n0 violations counted by the upstream.\n");
        output.ShouldNotContain(AdminKey);
        receiver.Webhooks.Count.ShouldBe(13);
    }

    [Fact]
    public async Task Demo_WithoutAService_FailsAndSaysSo()
    {
        var nothing = FreePort.Address();

        var (_, errors, code) = await TellAsync(nothing, nothing, nothing);

        code.ShouldBe(1);
        errors.ShouldStartWith("The demo failed:\n  Connection refused");
    }

    public void Dispose() => _folder.Dispose();

    private static Task<BridgeProcess> StartBridgeAsync(TestDatabase database, EmulatorServer upstream)
    {
        var settings = ServiceSettings.Of(new("http://127.0.0.1:0"), upstream.BaseUrl, new EmulatorOptions().ApiKey, AdminKey, null);
        return BridgeProcess.StartAsync(
            [.. settings.Select(setting => (setting.Key, setting.Value)), ("ConnectionStrings:Bridge", database.ConnectionString)]);
    }

    private async Task<(string Output, string Errors, int ExitCode)> TellAsync(Uri bridge, Uri upstream, Uri receiver)
    {
        Directory.CreateDirectory(_folder.Path);
        var key = Path.Combine(_folder.Path, "key");
        await File.WriteAllTextAsync(key, $"{AdminKey}\n", Cancelled);
        var program = Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.Emulator.dll");
        string[] arguments =
        [
            program, "demo", "running",
            "--bridge", bridge.AbsoluteUri, "--upstream", upstream.AbsoluteUri, "--receiver", receiver.AbsoluteUri, "--admin-key", key,
        ];
        using var demo = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = demo.StandardError.ReadToEndAsync(Cancelled);
        var output = await demo.StandardOutput.ReadToEndAsync(Cancelled).WaitAsync(Patience, Cancelled);
        await demo.WaitForExitAsync(Cancelled).WaitAsync(Patience, Cancelled);
        return (output, await errors, demo.ExitCode);
    }
}
