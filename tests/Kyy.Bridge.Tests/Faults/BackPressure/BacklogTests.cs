using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.BackPressure;

/// <summary>
/// Receivers were down for a day and have left a million deliveries. The process keeps its memory, what is new goes out at once, and when
/// they are back each gets its part of the flow, in the order of the due times.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
[Trait(Soak.Trait, "backlog")]
public sealed class BacklogTests(PostgresServer server) : IAsyncLifetime
{
    private const int New = 40, WellTasks = 20;
    private const long Mebibyte = 1024 * 1024, MostMemory = 500 * Mebibyte;

    // What is on the wire at once may arrive in any order, and so may neighbours of it.
    private const int Neighbourhood = 128;

    private static readonly int Receivers = Soak.Of(6, 20), Each = Soak.Of(700, 50_000);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(Soak.Of(1.5, 90));

    private readonly Arrivals _arrivals = new();
    private readonly List<(Guid Client, int Destination, string Url)> _down = [];
    private TestDatabase _database = null!;
    private EmulatorServer _upstream = null!;
    private ReceiverServer _receiver = null!, _well = null!;
    private BridgeProcess _bridge = null!;
    private volatile bool _isDown = true;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateDatabaseAsync();
        _upstream = await EmulatorServer.StartAsync(new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale });
        _receiver = await ReceiverServer.StartAsync(new ReceiverOptions { Capacity = 1_000 });
        _well = await ReceiverServer.StartAsync(new ReceiverOptions());
        _receiver.Answer = webhook =>
            new RawAnswer(_isDown ? 503 : webhook.Verification is WebhookVerification.Verified ? 204 : 400);
        _receiver.Received += _arrivals.Note;
        _bridge = await BridgeProcess.StartAsync(
        [
            .. World.Settings(_upstream.BaseUrl),
            ("ConnectionStrings:Bridge", _database.ConnectionString),
            ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey),
            ("Bridge:Upstream:ApiKey", BridgeApplication.UpstreamKey),
            ("Bridge:Delivery:RetrySchedule", string.Join(',', Enumerable.Repeat("2s", 20))),
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _receiver.DisposeAsync();
        await _well.DisposeAsync();
        await _upstream.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_day_of_receivers_that_are_down_costs_nobody_else_anything_and_drains_in_order()
    {
        var clients = await ClientsAsync();
        foreach (var (client, destination, url) in _down) await Backlog.DueAsync(_database.DataSource, client, destination, url, Each);
        Soak.Say($"{Receivers * Each} deliveries are due for {Receivers} receivers that are down");
        await Wait.UntilAsync(async () => await DownAsync() == Receivers, "all are known to be down", Patience);

        var before = _arrivals.Refusals;
        await RegisterAsync(clients);
        await _well.WaitForAsync(webhook => webhook.Verification is WebhookVerification.Verified, WellTasks * 2, Patience);
        var meanwhile = _arrivals.Refusals - before;
        foreach (var (client, destination, url) in _down) await Backlog.NewAsync(_database.DataSource, client, destination, url, New);
        _isDown = false;
        await Wait.UntilAsync(() => Task.FromResult(_arrivals.Accepted >= Receivers * (Each + New)), "the backlog is gone", Patience);
        await Wait.UntilAsync(async () => await PendingAsync() == 0, "all of it is settled", Patience);

        Soak.Say($"{_arrivals.Refusals} attempts while they were down, {meanwhile} of them while {WellTasks * 2} others were served; "
            + $"peak memory {_bridge.PeakMemory / Mebibyte} MiB");
        meanwhile.ShouldBeLessThanOrEqualTo(Receivers * 16);
        if (Soak.IsFull) _bridge.PeakMemory.ShouldBeLessThan(MostMemory);
        ShouldHaveDrainedFairly();
    }

    private void ShouldHaveDrainedFairly()
    {
        var byPath = _arrivals.ByPath();
        byPath.Count.ShouldBe(Receivers);
        foreach (var arrivals in byPath.Select(path => path.ToArray()))
        {
            arrivals.Length.ShouldBe(Each + New);
            arrivals.Select(one => one.Place).Where(place => place > 0).Order().ShouldBe(Enumerable.Range(1, Each));
            // First attempts did not wait behind the backlog.
            arrivals.TakeWhile((_, i) => arrivals[..i].Count(one => one.Place == 0) < New).Count(one => one.Place > 0)
                .ShouldBeLessThanOrEqualTo(Neighbourhood);
            ShouldBeInOrder([.. arrivals.Where(one => one.Place > 0 && !_arrivals.WasRefused(one)).Select(one => one.Place)]);
            // From its own first one on, it had its part of what went out.
            var others = arrivals[New * 3].Number - arrivals[0].Number - New * 3;
            others.ShouldBeLessThanOrEqualTo(New * 3 * Receivers * 3);
        }
    }

    private static void ShouldBeInOrder(int[] places)
    {
        var largest = 0;
        foreach (var place in places)
        {
            (largest - place).ShouldBeLessThanOrEqualTo(Neighbourhood);
            largest = Math.Max(largest, place);
        }
    }

    // One client for each receiver that is down; the last has none that is.
    private async Task<string[]> ClientsAsync()
    {
        var admin = _bridge.ClientOf(BridgeApplication.AdminKey);
        var (keys, secrets) = (new List<string>(), new List<WebhookSecret>());
        for (var number = 0; number <= Receivers; number++)
        {
            var client = await admin.CreateClientAsync(new($"client-{number}"), cancellationToken: Cancellation);
            secrets.Add(WebhookSecret.Parse((await _bridge.ClientOf(client.ApiKey).GetSigningSecretAsync(Cancellation)).Secret));
            keys.Add(client.ApiKey);
            if (number == Receivers) continue;
            TypeId.TryParse(TypeId.Client, client.Id, out var id);
            var hook = _receiver.Hook($"{number}");
            _down.Add((id, await Backlog.DestinationAsync(_database.DataSource, id, hook.Authority), hook.AbsoluteUri));
        }

        (_receiver.Secrets, _well.Secrets) = ([.. secrets], [.. secrets]);
        return [.. keys];
    }

    // New tasks, for a receiver that is well: of a client with a backlog, and of one without.
    private async Task RegisterAsync(string[] clients)
    {
        var script = new NewTask { Family = EmulatedFamily.Veo, Statuses = [EmulatedStatus.Completed] };
        foreach (var client in new[] { clients[0], clients[^1] })
        {
            var result = await _bridge.ClientOf(client).RegisterBatchAsync(
                [
                    .. Enumerable.Range(0, WellTasks).Select(_ => new TaskRegistration
                    {
                        TaskId = _upstream.Tasks.Create(script).Id, Family = Families.Veo, CallbackUrl = _well.Hook("well").AbsoluteUri,
                    }),
                ],
                cancellationToken: Cancellation);
            result.Created.ShouldBe(WellTasks);
        }
    }

    private Task<long> DownAsync() => CountAsync("select count(*) from bridge.destinations where consecutive_failures > 0");

    private Task<long> PendingAsync() => CountAsync("select count(*) from bridge.deliveries where state = 'pending'");

    private async Task<long> CountAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
