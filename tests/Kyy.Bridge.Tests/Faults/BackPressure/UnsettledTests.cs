using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Deliveries;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.BackPressure;

/// <summary>
/// The database takes no settle, while it gives out whatever is due: the process sends no more than it can keep until that is over.
/// </summary>
public sealed class UnsettledTests(PostgresServer server) : IAsyncLifetime
{
    // As many as may wait to be settled, those that were on the wire with the last of them, and those that took their places.
    private const int Backlog = 4_000, AtOnce = 500, Places = 16, Most = 1_000 + 2 * Places;

    // Each comes when PostgreSQL has given up waiting for the row's lock: seconds, in which thousands would have been sent.
    private const int Refusals = 2;

    private HoldingReceiver _receiver = null!;
    private BridgeApplication _bridge = null!;
    private DeliveryDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _receiver = await HoldingReceiver.StartAsync();
        _receiver.Release();
        _bridge = await BridgeApplication.StartAsync(
            server, null, ("Bridge:Roles", "api,worker"), ("Bridge:Scheduling:Engine", "Hosted"),
            ("Bridge:Delivery:MaxConcurrency", $"{Places}"), ("Bridge:Delivery:MaxConcurrencyPerHost", $"{Places}"),
            // What was sent and could not be settled is not to come due again while the test looks.
            ("Bridge:Delivery:Lease", "5m"));
        _database = DeliveryDatabase.Of(_bridge);
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_settle_that_waits_stops_the_sending_at_a_bound_and_everything_is_sent_once_after_it()
    {
        var client = TypeId.TryParse(TypeId.Client, (await _bridge.CreateClientAsync()).Id, out var id) ? id : default;
        var destination = await _database.DestinationAsync(client, _receiver.Host);
        await using (var blocking = await _bridge.Database.DataSource.OpenConnectionAsync(Cancellation))
        {
            await using var transaction = await blocking.BeginTransactionAsync(Cancellation);
            await using var lockIt = new NpgsqlCommand($"select 1 from bridge.destinations where id = {destination} for no key update", blocking);
            await lockIt.ExecuteScalarAsync(Cancellation);
            for (var made = 0; made < Backlog; made += AtOnce) await _database.DeliveriesAsync(destination, AtOnce, url: _receiver.Url("hook"));

            await Wait.UntilAsync(
                () => _bridge.Log.Lines.Count(line => line.Contains("could not be written", StringComparison.Ordinal)) >= Refusals,
                "the settle was refused and repeated");
            _receiver.Arrived("hook").ShouldBeInRange(Places, Most);
        }

        await Wait.UntilAsync(
            async () => (await _database.ReadAsync<long>("select count(*) from bridge.deliveries where state = 'delivered'")).Single() == Backlog,
            "all are delivered", World.Patience);
        _receiver.Arrived("hook").ShouldBe(Backlog);
    }
}
