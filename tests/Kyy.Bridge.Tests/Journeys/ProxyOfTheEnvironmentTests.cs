using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Tests.Upstream;

namespace Kyy.Bridge.Tests.Journeys;

/// <summary>A process whose environment names proxies, as many machines' do, neither asks the upstream nor sends webhooks through them.</summary>
public sealed class ProxyOfTheEnvironmentTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Proxies_OfTheEnvironment_SeeNothing()
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var proxy = RawServer.Answering("HTTP/1.1 200 OK\nContent-Length: 0\n\n");
        await using var upstream = await EmulatorServer.StartAsync(
            new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale });
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        var task = upstream.Tasks.Create(new NewTask { Family = EmulatedFamily.All[0], Statuses = [EmulatedStatus.Completed] });
        string[] variables = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
        await using var bridge = await BridgeProcess.StartAsync([
            .. World.Settings(upstream.BaseUrl),
            ("ConnectionStrings:Bridge", database.ConnectionString),
            ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey),
            ("Bridge:Upstream:ApiKey", BridgeApplication.UpstreamKey),
            .. variables.Select(name => (name, proxy.BaseUrl.GetLeftPart(UriPartial.Authority))),
            ("NO_PROXY", ""), ("no_proxy", ""),
        ]);
        var key = (await bridge.ClientOf(BridgeApplication.AdminKey).CreateClientAsync(new("shop"), cancellationToken: Cancellation)).ApiKey;
        var client = bridge.ClientOf(key);
        receiver.Secrets = [WebhookSecret.Parse((await client.GetSigningSecretAsync(Cancellation)).Secret)];

        await client.RegisterAsync(
            new() { TaskId = task.Id, CallbackUrl = receiver.Hook().AbsoluteUri }, cancellationToken: Cancellation);
        await receiver.WaitForAsync(_ => true, 1, World.Patience);

        proxy.Connections.ShouldBe(0);
    }
}
