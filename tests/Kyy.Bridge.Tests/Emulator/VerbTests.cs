using System.Diagnostics;
using System.Text;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class VerbTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Emulator_AsAProcess_SaysWhereItIsAndAnswers()
    {
        using var process = Start("emulator", "--urls", "http://127.0.0.1:0", "--key", "k", "--time-scale", "0.01");
        using var client = new HttpClient(new SocketsHttpHandler()) { Timeout = Patience };
        try
        {
            var line = await ReadLineAsync(process);
            line.ShouldMatch("^upstream on http://127.0.0.1:[0-9]+/kyyReactApiServer, control on http://127.0.0.1:[0-9]+/control/$");
            var control = new Uri(line.Split(' ')[^1]);
            using var task = new StringContent("""{"family":"veo","id":"vgen_1"}""");
            (await client.PostAsync(new Uri(control, "tasks"), task, Cancelled)).EnsureSuccessStatusCode().Dispose();

            using var poll = new HttpRequestMessage(HttpMethod.Get, new Uri(control, "/kyyReactApiServer/v1/result/vgen_1"));
            poll.Headers.Authorization = new("Bearer", "k");
            using var answer = await client.SendAsync(poll, Cancelled);

            (await answer.Content.ReadAsStringAsync(Cancelled)).ShouldStartWith("""{"id":"vgen_1","object":"video","created":""");
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task Emulator_WithAScenarioAndHttps_NamesItsTasksAndListeners_AndWhomToTrust()
    {
        using var folder = new ScratchFolder();
        var ca = Path.Combine(Directory.CreateDirectory(folder.Path).FullName, "ca.pem");
        var scenario = Repository.PathOf("src/Kyy.Bridge.Emulator/scenarios/key-trouble.json");
        using var process = Start(
            "emulator", "--urls", "http://127.0.0.1:0", "--tls", "Valid", "Expired", "--ca-file", ca, "--scenario", scenario);
        try
        {
            (await ReadLineAsync(process)).ShouldStartWith("upstream on ");
            (await ReadLineAsync(process)).ShouldMatch("^Valid https on https://127.0.0.1:[0-9]+/kyyReactApiServer$");
            (await ReadLineAsync(process)).ShouldStartWith("Expired https on ");
            (await ReadLineAsync(process)).ShouldBe("task vgen_notYours  veo_3_1_fast");
            (await File.ReadAllTextAsync(ca, Cancelled)).ShouldStartWith("-----BEGIN CERTIFICATE-----");
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task Receiver_AsAProcess_PrintsOneLineForEachWebhook()
    {
        using var process = Start("receiver", "--urls", "http://127.0.0.1:0", "--answer", "503");
        using var client = new HttpClient(new SocketsHttpHandler()) { Timeout = Patience };
        try
        {
            var line = await ReadLineAsync(process);
            line.ShouldMatch("^receiver on http://127.0.0.1:[0-9]+/hooks/$");
            using var body = new StringContent("""{"type":"task.failed","data":{"task_id":"proj_1"}}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri(line.Split(' ')[^1]), body, Cancelled);

            ((int)answer.StatusCode).ShouldBe(503);
            (await ReadLineAsync(process)).ShouldEndWith("  task.failed  proj_1  not verified: no secret  503");
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData("emulator", "--time-scale", "0")]
    [InlineData("emulator", "--scenario", "/no/such.json")]
    [InlineData("emulator", "--tls", "Broken")]
    [InlineData("receiver", "--secret", "whsec_short")]
    [InlineData("receiver", "--answer", "99")]
    public async Task Verb_WithAnImpossibleOption_EndsAtOnceWithAnError(params string[] arguments)
    {
        using var process = Start(arguments);

        await process.WaitForExitAsync(Cancelled).WaitAsync(Patience, Cancelled);

        process.ExitCode.ShouldBe(1);
    }

    private static Process Start(params string[] arguments)
    {
        var executable = Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.Emulator.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [executable, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static async Task<string> ReadLineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync(Cancelled).AsTask().WaitAsync(Patience, Cancelled) ?? "(ended)";
}
