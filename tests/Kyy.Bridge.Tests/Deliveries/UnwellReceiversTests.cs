using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>The whole service against receivers that say how they are.</summary>
public sealed class UnwellReceiversTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private DeliveryDatabase _database = null!;
    private ReceiverServer _receiver = null!;
    private Guid _client;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Host => $"127.0.0.1:{_receiver.BaseUrl.Port}";

    public async ValueTask InitializeAsync()
    {
        _receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        _bridge = await BridgeApplication.StartAsync(
            server, null, ("Bridge:Roles", "api,worker"), ("Bridge:Scheduling:Engine", "Hosted"),
            ("Bridge:Delivery:MaxConcurrencyPerHost", "4"));
        _database = DeliveryDatabase.Of(_bridge);
        TypeId.TryParse(TypeId.Client, (await _bridge.CreateClientAsync()).Id, out _client).ShouldBeTrue();
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task An_endpoint_that_answers_410_is_disabled_and_its_client_s_listening_endpoint_is_told()
    {
        _receiver.AnswerAt("/hooks/gone", _ => new RawAnswer(410));
        var (endpoint, gone) = await _database.EndpointAsync(_client, _receiver.Hook("gone").AbsoluteUri);
        await _database.EndpointAsync(_client, _receiver.Hook("ops").AbsoluteUri, 0, EventTypes.EndpointDisabled);

        await _database.DeliveriesAsync(gone);

        var told = (await _receiver.WaitForAsync(webhook => webhook.Path == "/hooks/ops", 1, TimeSpan.FromSeconds(20))).Single();
        var data = WebhookEvent.Read(told.Body.Span).ReadDisabledEndpoint().ShouldNotBeNull();
        (data.Id, data.DisabledReason).ShouldBe((TypeId.Format(TypeId.Endpoint, endpoint), "gone"));
        await Wait.UntilAsync(
            () => _bridge.Log.Lines.Any(line =>
                line.Contains("3201", StringComparison.Ordinal) && line.Contains(data.Id, StringComparison.Ordinal)),
            "it is in the log");
        await _database.DeliveriesAsync(gone);
        (await _bridge.Services.GetRequiredService<Dispatcher>().RunOnceAsync(Cancellation)).Done.ShouldBe(0);
        _receiver.Webhooks.Count(webhook => webhook.Path == "/hooks/gone").ShouldBe(1);
    }

    [Fact]
    public async Task A_receiver_that_asks_for_patience_is_left_alone_and_begins_again_with_one_probe()
    {
        var destination = await _database.DestinationAsync(_client, Host);
        _receiver.AnswerAt("/hooks/busy", _ => new RawAnswer(503).WithHeader("Retry-After", "3600"));
        await _database.DeliveriesAsync(destination, 30, url: _receiver.Hook("busy").AbsoluteUri);
        await Wait.UntilAsync(async () => (await _database.HealthAsync(destination)).EndsWith("slow", StringComparison.Ordinal), "it is slow");
        await Wait.UntilAsync(async () => await LeasedAsync() == 0, "what was on the way is over");
        var before = _receiver.Webhooks.Count;
        before.ShouldBeLessThanOrEqualTo(4);
        (await _bridge.Services.GetRequiredService<Dispatcher>().RunOnceAsync(Cancellation)).Done.ShouldBe(0);

        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiver.AnswerAt("/hooks/busy", _ => new RawAnswer(204) { HeldUntil = released.Task });
        await _database.ExecuteAsync("update bridge.destinations set slow_until = now()");
        await _database.ExecuteAsync("update bridge.deliveries set next_attempt_at = now() where state = 'pending'");
        _bridge.Services.GetRequiredService<Dispatcher>().Wake.Raise();
        await Wait.UntilAsync(() => _receiver.Webhooks.Count == before + 1, "the probe is there");
        (await _bridge.Services.GetRequiredService<Dispatcher>().RunOnceAsync(Cancellation)).Done.ShouldBe(0);
        (await LeasedAsync()).ShouldBe(1);
        released.SetResult();

        await Wait.UntilAsync(
            async () => (await _database.ReadAsync<string>("select distinct state from bridge.deliveries")).SequenceEqual(["delivered"]),
            "all are delivered");
        (await _database.HealthAsync(destination)).ShouldBe("failures 0 steps 0 503");
    }

    private async Task<long> LeasedAsync() =>
        (await _database.ReadAsync<long>("select count(*) from bridge.deliveries where leased_until is not null")).Single();
}
