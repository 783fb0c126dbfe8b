using System.Diagnostics;
using System.Runtime.Versioning;
using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Tests.Configuration;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Containers;

/// <summary>The script that makes what docker-compose.yml needs, in a checkout of its own.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ComposeInitTests : IDisposable
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ScratchFolder _checkout = new();

    public ComposeInitTests()
    {
        Directory.CreateDirectory(Path.Combine(_checkout.Path, "deploy"));
        File.Copy(Repository.PathOf("deploy/compose-init"), Path.Combine(_checkout.Path, "deploy", "compose-init"));
    }

    private string Secrets => Path.Combine(_checkout.Path, ".secrets");

    private string Options => Path.Combine(_checkout.Path, ".env");

    [Fact]
    public async Task Secrets_AreRandomFilesThatAContainerCanRead_InAClosedFolder()
    {
        var (output, code) = await RunAsync();

        code.ShouldBe(0, output);
        File.GetUnixFileMode(Secrets).ShouldBe(Closed);
        Directory.GetFiles(Secrets).ShouldAllBe(file => File.GetUnixFileMode(file) == ReadableByAll);
        var password = await ReadAsync("postgres_password");
        password.ShouldMatch("^[0-9a-f]{64}$");
        (await ReadAsync("ConnectionStrings__Bridge")).ShouldBe($"Host=postgres;Database=bridge;Username=bridge;Password={password}");
        (await ReadAsync("Bridge__Auth__AdminKey")).ShouldMatch("^[0-9a-f]{64}$");
        (await ReadAsync("Bridge__Auth__AdminKey")).ShouldNotBe(password);
        Convert.FromBase64String(await ReadAsync("Bridge__Secrets__Key")).Length.ShouldBe(32);
        output.ShouldContain("Nothing can be registered before the upstream's key is in .secrets/Bridge__Upstream__ApiKey.");
        output.ShouldNotContain(password);
    }

    [Theory]
    [InlineData]
    [InlineData("demo")]
    public async Task WhatExists_IsNeverOverwritten(params string[] arguments)
    {
        Directory.CreateDirectory(Secrets);
        await File.WriteAllTextAsync(Path.Combine(Secrets, "Bridge__Upstream__ApiKey"), "the operator's", TestContext.Current.CancellationToken);
        (await RunAsync(arguments)).ExitCode.ShouldBe(0);
        var made = Snapshot();

        var (output, code) = await RunAsync(arguments);

        code.ShouldBe(0, output);
        Snapshot().ShouldBe(made);
        (await ReadAsync("Bridge__Upstream__ApiKey")).ShouldBe("the operator's");
        output.ShouldContain("kept  .env\n");
        output.ShouldNotContain("made");
    }

    [Fact]
    public async Task DemoAndReality_DoNotShareACheckout()
    {
        await RunAsync("demo");
        (await RunAsync()).ShouldBe(("This is set up for the demo; deploy/compose-init says at its top how to begin anew.\n", 1));

        File.Delete(Options);
        await RunAsync();
        (await RunAsync("demo")).ShouldBe(("This is set up for a real upstream. Give the demo a checkout of its own.\n", 1));
    }

    [Fact]
    public async Task OptionsOfTheDemo_AreTheDemosPace_AndAreTaken()
    {
        await RunAsync("demo");

        var options = (await File.ReadAllLinesAsync(Options, TestContext.Current.CancellationToken))
            .Where(line => line.StartsWith("Bridge__", StringComparison.Ordinal))
            .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        string[] ownOfContainers = ["Bridge__Callbacks__RequireHttps", "Bridge__Callbacks__AllowedNetworks"];
        var pace = ServiceSettings.Of(new("http://bridge:8080"), new(options["Bridge__Upstream__BaseUrl"]), "", "", null)
            .Where(setting => setting.Key.StartsWith("Bridge__", StringComparison.Ordinal) && setting.Value != "").ToDictionary();
        options.Where(option => !ownOfContainers.Contains(option.Key)).ToDictionary().ShouldBe(pace, ignoreOrder: true);
        Given.Production([.. options.Select(option => (option.Key.Replace("__", ":", StringComparison.Ordinal), (string?)option.Value))])
            .Accepted().Callbacks.AllowedNetworks.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(network => Repository.Read("docker-compose.yml").ShouldContain($"BRIDGE_SUBNET:-{network}}}"));
    }

    public void Dispose() => _checkout.Dispose();

    private Dictionary<string, string> Snapshot() =>
        Directory.GetFiles(Secrets).Append(Options).ToDictionary(file => file, File.ReadAllText);

    private Task<string> ReadAsync(string secret) => File.ReadAllTextAsync(Path.Combine(Secrets, secret), TestContext.Current.CancellationToken);

    private async Task<(string Output, int ExitCode)> RunAsync(params string[] arguments)
    {
        var script = new ProcessStartInfo("bash", ["-c", "exec 2>&1 </dev/null; exec deploy/compose-init \"$@\"", "bash", .. arguments])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _checkout.Path,
        };
        using var process = Process.Start(script)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (output, process.ExitCode);
    }
}
