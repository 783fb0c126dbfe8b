using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Deliveries;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.ScaleOut;

/// <summary>Four processes on one database: none of them is idle while there is a backlog, of polls or of webhooks.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class SharesTests(PostgresServer server)
{
    private const int Tasks = 4_000, Rate = 400, PerHost = 8, Backlog = 400;
    private static readonly string[] Names = ["one", "two", "three", "four"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Four_replicas_share_the_polls_and_the_webhooks_of_a_backlog()
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var upstream = await EmulatorServer.StartAsync(
            new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale });
        await using var receiver = await HoldingReceiver.StartAsync();
        var ledger = new ClaimLedger(database.DataSource);
        await ledger.OpenAsync();
        var replicas = await Task.WhenAll(Names.Select(name => BridgeProcess.StartAsync(Settings(database, upstream, name))));
        try
        {
            var admin = replicas[0].ClientOf(BridgeApplication.AdminKey);
            await Wait.UntilAsync(
                async () => (await admin.GetStatsAsync(Cancellation)).Replicas.Count == Names.Length, "all have said that they are alive");
            var client = await admin.CreateClientAsync(new("acme"), cancellationToken: Cancellation);

            await ShouldSharePollsAsync(admin, replicas[0].ClientOf(client.ApiKey), upstream, ledger);
            await ShouldShareWebhooksAsync(database, client.Id, receiver, ledger);
        }
        finally
        {
            foreach (var replica in replicas) await replica.DisposeAsync();
        }
    }

    // More is due than the key may be asked for, so that each has a quarter of that, all the time.
    private static async Task ShouldSharePollsAsync(BridgeClient admin, BridgeClient client, EmulatorServer upstream, ClaimLedger ledger)
    {
        await admin.HoldAsync(new(HoldKinds.Polling), Cancellation);
        var script = new NewTask { Family = EmulatedFamily.Veo, Statuses = [EmulatedStatus.Processing] };
        TaskRegistration[] wanted =
        [
            .. Enumerable.Range(0, Tasks).Select(_ => new TaskRegistration { TaskId = upstream.Tasks.Create(script).Id, Family = Families.Veo }),
        ];
        (await client.RegisterBatchAsync(wanted, cancellationToken: Cancellation)).Created.ShouldBe(Tasks);
        await admin.ReleaseAsync(new(HoldKinds.Polling), Cancellation);

        var claimed = new List<string>();
        await Wait.UntilAsync(async () => (claimed = await ledger.ReadAsync(ClaimLedger.Tasks)).Count >= 3 * Rate, "three seconds' worth is claimed");

        Replicas(claimed, "polls");
        var shares = Names.Select(name => claimed.Count(one => one == name) / (double)claimed.Count);
        shares.ShouldAllBe(share => share > 0.5 / Names.Length && share < 2.0 / Names.Length);
        // While there was a backlog, nobody rested for as long as the others together took for a second's worth.
        foreach (var stretch in claimed.Chunk(Rate).SkipLast(1)) Names.ShouldBeSubsetOf(stretch);
        upstream.Report().Violations.Values.Sum().ShouldBe(0);
        await admin.HoldAsync(new(HoldKinds.Polling), Cancellation);
    }

    // A receiver that answers nothing yet: each has as much on the wire as it may have to one host.
    private static async Task ShouldShareWebhooksAsync(TestDatabase database, string client, HoldingReceiver receiver, ClaimLedger ledger)
    {
        TypeId.TryParse(TypeId.Client, client, out var id);
        await using var way = NpgsqlDataSource.Create(ClaimLedger.WayOf(database.ConnectionString, "test"));
        await DeliveriesAsync(way, id, receiver);

        await Wait.UntilAsync(() => receiver.Held("hook") == Names.Length * PerHost, "each has its places filled");
        var claimed = await ledger.ReadAsync(ClaimLedger.Deliveries);
        foreach (var name in Names) claimed.Count(one => one == name).ShouldBe(PerHost, name);
        receiver.Release();
        await Wait.UntilAsync(() => receiver.Arrived("hook") == Backlog, "all have arrived");
        Replicas(await ledger.ReadAsync(ClaimLedger.Deliveries), "webhooks");
    }

    private static async Task DeliveriesAsync(NpgsqlDataSource way, Guid client, HoldingReceiver receiver)
    {
        await using var command = way.CreateCommand("""
            with destination as (
                insert into bridge.destinations (client_id, host) values ($1, $2) returning id
            ), event as (
                insert into bridge.events (id, client_id, type, created_at, payload)
                select bridge.new_id(), $1, 'task.failed', now(), '{}' from generate_series(1, $4) returning id
            )
            insert into bridge.deliveries (id, event_id, client_id, callback_id, destination, url, created_at, next_attempt_at)
            select bridge.new_id(), e.id, $1, bridge.new_id(), d.id, $3, now(), now() from event e, destination d
            """);
        foreach (var value in new object[] { client, receiver.Host, receiver.Url("hook"), Backlog }) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static void Replicas(List<string> claimed, string what) => Soak.Say(
        $"{what} by replica: {string.Join(", ", Names.Select(name => $"{name} {claimed.Count(one => one == name)}"))}");

    private static (string, string)[] Settings(TestDatabase database, EmulatorServer upstream, string name) =>
    [
        .. World.Settings(upstream.BaseUrl),
        ("ConnectionStrings:Bridge", ClaimLedger.WayOf(database.ConnectionString, name)),
        ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey),
        ("Bridge:Upstream:ApiKey", BridgeApplication.UpstreamKey),
        ("Bridge:Upstream:MaxRequestsPerSecond", $"{Rate}"),
        ("Bridge:Delivery:MaxConcurrencyPerHost", $"{PerHost}"),
        ("Bridge:Database:MaxConnections", "8"),
    ];
}
