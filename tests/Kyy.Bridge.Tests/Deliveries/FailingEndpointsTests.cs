using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class FailingEndpointsTests(PostgresServer server) : IAsyncLifetime
{
    private const string FailingSql =
        """
        update bridge.destinations set failing_since = now() - $2, last_attempt_at = now() - $3, consecutive_failures = $4, last_failure = '500'
        where id = $1
        """;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private DeliveryDatabase _database = null!;
    private Guid _client;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await DeliveryDatabase.CreateAsync(server);
        _client = await _database.ClientAsync();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(5.1, 0, 5, true)]
    [InlineData(4.9, 0, 500, false)]
    [InlineData(5.1, 0, 4, false)] // A few events a week.
    [InlineData(9, 4.5, 500, false)] // Nothing was sent for days: nothing failed either.
    public async Task An_endpoint_is_disabled_after_five_days_of_nothing_but_failure(double since, double last, int failures, bool disabled)
    {
        var (endpoint, destination) = await _database.EndpointAsync(_client);
        await _database.ExecuteAsync(FailingSql, destination, since * Day, last * Day, failures);

        (await RunAsync()).ShouldBe(disabled ? 1 : 0);

        (await StatusAsync(endpoint)).ShouldBe(disabled ? "disabled failing" : "enabled");
    }

    [Fact]
    public async Task The_client_s_other_endpoints_that_listen_and_the_feed_are_told_once()
    {
        var (endpoint, destination) = await _database.EndpointAsync(
            _client, "https://dead.example.test/b?token=of-the-owner", 0, EventTypes.EndpointDisabled);
        var (listening, _) = await _database.EndpointAsync(_client, "https://ops.example.test/", 0, EventTypes.EndpointDisabled);
        await _database.EndpointAsync(_client);
        await _database.EndpointAsync(null, "https://stranger.example.test/", 0, EventTypes.EndpointDisabled);
        await _database.ExecuteAsync(FailingSql, destination, 6 * Day, TimeSpan.Zero, 30);

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync()));

        runs.Sum().ShouldBe(1);
        (await _database.ReadAsync<Guid>("select endpoint_id from bridge.deliveries")).ShouldBe([listening]);
        var webhook = WebhookEvent.Read((await _database.ReadAsync<byte[]>("select payload from bridge.events")).Single());
        var told = webhook.ReadDisabledEndpoint().ShouldNotBeNull();
        told.ShouldBe(new()
        {
            Id = TypeId.Format("ep", endpoint),
            Url = "https://dead.example.test/b",
            Status = "disabled",
            DisabledReason = "failing",
            FailingSince = told.FailingSince,
            DisabledAt = webhook.Timestamp,
            ClientId = TypeId.Format(TypeId.Client, _client),
        });
        told.FailingSince.ShouldNotBeNull().ShouldBe(webhook.Timestamp - 6 * Day, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_endpoint_that_answered_410_is_disabled_at_the_next_look_whoever_makes_it()
    {
        var (endpoint, destination) = await _database.EndpointAsync(_client);
        await _database.DeliveriesAsync(destination, 2);
        var leased = await _database.ClaimAsync(destination, limit: 1);
        // The process dies here: nothing but the settle is written.
        await SettleDeliveries.WriteAsync(_database.DataSource, [GoneAfter(leased.Single())]);
        (await StatusAsync(endpoint)).ShouldBe("enabled");

        (await RunAsync()).ShouldBe(1);

        (await StatusAsync(endpoint)).ShouldBe("disabled gone");
        (await _database.ClaimAsync(destination)).ShouldBeEmpty();
        (await _database.ReadAsync<string>("select state from bridge.deliveries order by state")).ShouldBe(["dead", "pending"]);
    }

    [Fact]
    public async Task An_endpoint_that_is_enabled_anew_begins_anew()
    {
        var (endpoint, destination) = await _database.EndpointAsync(_client);
        await _database.DeliveriesAsync(destination, 2);
        await SettleDeliveries.WriteAsync(_database.DataSource, [GoneAfter((await _database.ClaimAsync(destination, limit: 1)).Single())]);
        await RunAsync();
        await using (var db = await Make.Contexts(_database.DataSource).CreateDbContextAsync(Cancellation))
        {
            await EndpointStore.ForgetHealthAsync(db, endpoint, Cancellation);
            await EndpointStore.EnableAsync(db, endpoint, Cancellation);
        }

        (await RunAsync()).ShouldBe(0);

        (await _database.ClaimAsync(destination)).ShouldHaveSingleItem();
        (await _database.HealthAsync(destination)).ShouldBe("failures 0 steps 0");
    }

    [Fact]
    public async Task A_host_without_an_endpoint_and_an_endpoint_that_was_deleted_are_disabled_by_nobody()
    {
        var host = await _database.DestinationAsync();
        var (endpoint, destination) = await _database.EndpointAsync(_client);
        await _database.ExecuteAsync("update bridge.endpoints set deleted_at = now()");
        foreach (var failing in new[] { host, destination }) await _database.ExecuteAsync(FailingSql, failing, 9 * Day, TimeSpan.Zero, 500);

        (await RunAsync()).ShouldBe(0);

        (await StatusAsync(endpoint)).ShouldBe("enabled");
        (await _database.ReadAsync<Guid>("select id from bridge.events")).ShouldBeEmpty();
    }

    private async Task<int> RunAsync() => (await new FailingEndpoints(
        _database.DataSource, new DeliverySettings(), NullLogger<FailingEndpoints>.Instance).RunOnceAsync(Cancellation)).Done;

    private async Task<string> StatusAsync(Guid endpoint) => (await _database.ReadAsync<string>(
        "select concat_ws(' ', status, disabled_reason) from bridge.endpoints where id = $1", endpoint)).Single();

    private static Settlement GoneAfter(LeasedDelivery delivery) => Settlement.After(
        delivery, new(new AttemptResult.Gone(), TimeProvider.System.GetUtcNow(), TimeSpan.Zero, null), [TimeSpan.FromMinutes(1)], jitter: 0);
}
