using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Kyy.Bridge.Tests.Client;

public sealed partial class ReadmeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("src/Kyy.Bridge.Client/README.md", 3)]
    [InlineData("README.md", 2)]
    public void Samples_AreTheCompiledOnes(string path, int count)
    {
        var compiled = WithoutIndentation(Repository.Read("tests/Kyy.Bridge.Tests/Client/ReadmeSamples.cs"));

        var samples = CSharpBlock().Matches(Repository.Read(path)).Select(block => WithoutIndentation(block.Groups[1].Value)).ToList();

        samples.Count.ShouldBe(count);
        samples.ShouldAllBe(sample => compiled.Contains(sample, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SampleOfCalling_RegistersAndWaits()
    {
        await using var bridge = await ScriptedBridge.StartAsync(new(201, Samples.LivingTask), new(200, Samples.EndedTask));
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(20) };

        var link = await ReadmeSamples.CallAsync(http, bridge.Address, ScriptedBridge.ApiKey);

        link.ShouldBe("https://cdn.example.com/v.mp4?a=1&b=2");
        bridge.Requests.Select(request => request.Line).ShouldBe(["POST /v1/tasks", "GET /v1/tasks/tsk_01?wait=50"]);
    }

    [Fact]
    public async Task SampleOfReceiving_TakesGenuineWebhooksOnly()
    {
        var secret = WebhookSecret.Create();
        List<string> ended = [];
        await using var receiver = await ReceiverAsync(secret, id => ended.Add(id));

        var genuine = await SendAsync(receiver, secret, "evt_01");
        var forged = await SendAsync(receiver, WebhookSecret.Create(), "evt_02");

        genuine.ShouldBe(HttpStatusCode.NoContent);
        forged.ShouldBe(HttpStatusCode.BadRequest);
        ended.ShouldBe(["evt_01"]);
    }

    private static async Task<WebApplication> ReceiverAsync(WebhookSecret secret, Action<string> onEnd)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = builder.Build();
        ReadmeSamples.Receive(receiver, secret.Reveal(), (id, task) =>
        {
            task.VideoUrl.ShouldNotBeNull();
            onEnd(id);
            return Task.CompletedTask;
        });
        await receiver.StartAsync(Stop);
        return receiver;
    }

    private static async Task<HttpStatusCode> SendAsync(WebApplication receiver, WebhookSecret secret, string id)
    {
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(20) };
        var body = Encoding.UTF8.GetBytes(Samples.Webhook);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, receiver.Urls.Single() + "/hooks/video");
        request.Content = new ByteArrayContent(body);
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, now.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, id, now, body));
        using var response = await http.SendAsync(request, Stop);
        return response.StatusCode;
    }

    private static string WithoutIndentation(string code) => string.Join('\n', code.Trim().Split('\n').Select(line => line.Trim()));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
