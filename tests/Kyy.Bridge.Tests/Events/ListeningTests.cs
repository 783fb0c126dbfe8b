using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Verbs;

namespace Kyy.Bridge.Tests.Events;

public sealed class ListeningTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http = new(new SocketsHttpHandler());
    private readonly SaidLines _said = new();
    private BridgeApplication _bridge = null!;
    private ReceiverServer _receiver = null!;
    private FeedOwner _owner = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _owner = await FeedOwner.CreateAsync(_bridge);
        _receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        _receiver.Secrets = [WebhookSecret.Parse((await _owner.Client.GetSigningSecretAsync(Cancellation)).Secret)];
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _receiver.DisposeAsync();
        _http.Dispose();
        _said.Dispose();
    }

    [Fact]
    public async Task Events_arrive_as_their_webhooks_would_and_are_told_line_by_line()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var listening = Listen(_owner.Key).RunAsync(stop.Token);
        await SaysAsync("Listening at");
        const string data = """{"name":"é","metadata":{ "a": 1.0 }}""";
        var id = await _owner.WriteAsync(data);

        var webhook = (await _receiver.WaitForAsync(_ => true, 1, Patience)).ShouldHaveSingleItem();
        webhook.WebhookId.ShouldBe(id);
        webhook.Body.ToArray().ShouldBe(FeedWriter.Payload(data));
        webhook.Verification.ShouldBe(WebhookVerification.Verified);
        await SaysAsync($"upstream_key.restored {id}: 20");
        await stop.CancelAsync();
        (await listening).ShouldBe(0);
        Said.ShouldNotContain(_owner.Key);
        Said.ShouldNotContain("whsec_");
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_told_and_a_stream_that_ends_is_gone_on_with()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var listening = Listen(_owner.Key, new("http://127.0.0.1:9/hooks")).RunAsync(stop.Token);
        await SaysAsync("Listening at");
        await _owner.WriteAsync();
        await SaysAsync("does the receiver run?");
        await _bridge.StopAsync();

        await SaysAsync("Nothing listens at");

        Said.ShouldContain("Trying again in");
        await stop.CancelAsync();
        (await listening).ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_is_refused_ends_it_with_what_to_do()
    {
        (await Listen("kyb_unknown").RunAsync(Cancellation)).ShouldBe(1);
        (await Listen(BridgeApplication.AdminKey).RunAsync(Cancellation)).ShouldBe(1);

        Said.ShouldContain("Ask an admin for a new one");
        Said.ShouldContain("an admin's key");
    }

    [Fact]
    public async Task The_verb_takes_its_key_from_the_environment_and_says_what_is_missing()
    {
        var without = await BridgeProcess.RunAsync(["listen", "--to", "http://127.0.0.1:9/hooks"], ("KYY_BRIDGE_KEY", ""));
        (without.ExitCode, without.Error).ShouldBe((1, without.Error));
        without.Error.ShouldContain("KYY_BRIDGE_KEY");

        var refused = await BridgeProcess.RunAsync(
            ["listen", "--to", "http://127.0.0.1:9/hooks", "--url", _bridge.Address.AbsoluteUri], ("KYY_BRIDGE_KEY", "kyb_unknown"));
        refused.ExitCode.ShouldBe(1);
        refused.Output.ShouldContain("refuses the API key");

        var nowhere = await BridgeProcess.RunAsync(["listen", "--to", "hooks"]);
        nowhere.ExitCode.ShouldBe(1);
        nowhere.Error.ShouldContain("--to is an absolute http or https URL.");
    }

    private string Said => _said.ToString();

    private Listening Listen(string key, Uri? to = null) => new(
        new BridgeClient(_http, new() { BaseAddress = _bridge.Address, ApiKey = key }), _bridge.Address, _http, to ?? _receiver.Hook(),
        _said, TimeProvider.System);

    private Task SaysAsync(string words) => Wait.UntilAsync(() => Said.Contains(words, StringComparison.Ordinal), $"it says {words}");

    /// <summary>Lines that one thread writes and another reads.</summary>
    private sealed class SaidLines : StringWriter
    {
        public override Task WriteLineAsync(string? value)
        {
            lock (this) base.WriteLine(value);
            return Task.CompletedTask;
        }

        public override string ToString()
        {
            lock (this) return base.ToString();
        }
    }
}
