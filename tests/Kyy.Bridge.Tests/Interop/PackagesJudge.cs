using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Interop;

/// <summary>The packages <c>standardwebhooks</c> and <c>svix</c> of the npm registry as the judges, in a receiver that node runs.</summary>
internal sealed class PackagesJudge : WebhookJudge
{
    private const string Listening = "listening ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Process _node;
    private readonly HttpClient _http;

    private PackagesJudge(Process node, int port) =>
        (_node, _http) = (node, new(new SocketsHttpHandler()) { BaseAddress = new($"http://127.0.0.1:{port}") });

    public override IReadOnlyList<string> Judges => ["standardwebhooks", "svix"];

    public static async Task<WebhookJudge> StartAsync(string packages)
    {
        var start = new ProcessStartInfo("node", [Repository.PathOf("tests/interop/receiver.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["KYY_INTEROP"] = packages },
        };
        var node = Process.Start(start)!;
        var line = await node.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
        line.ShouldNotBeNull("the receiver has ended").ShouldStartWith(Listening);
        return new PackagesJudge(node, int.Parse(line.AsSpan(Listening.Length), CultureInfo.InvariantCulture));
    }

    public override Uri Hook(string name) => new(_http.BaseAddress!, $"/hooks/{name}");

    public override async Task<IReadOnlyList<JudgedWebhook>> JudgeAsync(string secret)
    {
        var said = await _http.GetStringAsync($"/judged?secret={Uri.EscapeDataString(secret)}", TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<JudgedWebhook[]>(said, Json)!;
    }

    public override async ValueTask DisposeAsync()
    {
        _node.StandardInput.Close();
        await _node.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        _node.Dispose();
        _http.Dispose();
    }
}
