using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>
/// The whole dispatcher against receivers on real sockets that keep what they get: nobody has more in flight than their share, and others
/// get theirs meanwhile. What is asserted is who arrives while the others are held, not how fast.
/// </summary>
public sealed class FairnessTests(PostgresServer server) : IAsyncLifetime
{
    private const int All = 20, PerHost = 4, PerClient = 15;

    private BridgeApplication _bridge = null!;
    private DeliveryDatabase _database = null!;
    private HoldingReceiver _holding = null!, _answering = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _holding = await HoldingReceiver.StartAsync();
        _answering = await HoldingReceiver.StartAsync();
        _answering.Release();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _holding.Release();
        await _bridge.DisposeAsync();
        await _holding.DisposeAsync();
        await _answering.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_floods_hanging_receivers_holds_its_share_of_each_and_three_quarters_of_all()
    {
        var hosts = await HangingHostsAsync(6);
        var flooder = await ClientAsync();
        foreach (var host in hosts) await FloodAsync(flooder, host);
        await Wait.UntilAsync(() => hosts.Sum(host => host.Held("flood")) == PerClient, "the flooder has all that it may have");

        var other = await ClientAsync();
        await _database.DeliveriesAsync(await _database.DestinationAsync(other, _answering.Host), 40, url: _answering.Url("other"));
        await _database.DeliveriesAsync(await _database.DestinationAsync(other, _holding.Host), 40, url: _holding.Url("other"));

        await Wait.UntilAsync(() => _answering.Arrived("other") == 40 && _holding.Held("other") == PerHost, "the other client has its share");
        hosts.Sum(host => host.Most("flood")).ShouldBeLessThanOrEqualTo(PerClient);
        hosts.ShouldAllBe(host => host.Most("flood") <= PerHost);
        _holding.Most("other").ShouldBe(PerHost);
        foreach (var host in hosts) await host.DisposeAsync();
    }

    [Fact]
    public async Task Two_clients_that_flood_leave_what_comes_free_to_a_third_that_has_nothing_in_flight()
    {
        var hosts = await HangingHostsAsync(8);
        foreach (var mine in hosts.Chunk(4))
        {
            var client = await ClientAsync();
            foreach (var host in mine) await FloodAsync(client, host);
        }

        await Wait.UntilAsync(() => hosts.Sum(host => host.Held("flood")) == All, "the two have everything");

        var third = await _database.DestinationAsync(await ClientAsync(), _answering.Host);
        await _database.DeliveriesAsync(third, 1, url: _answering.Url("third"));
        hosts[0].Release();

        // What has waited for longest by far is theirs, and would take whatever comes free.
        await Wait.UntilAsync(() => _answering.Arrived("third") == 1, "the third has arrived");
        hosts[1..].Sum(host => host.Held("flood")).ShouldBeLessThanOrEqualTo(All);
        foreach (var host in hosts) await host.DisposeAsync();
    }

    [Fact]
    public async Task First_attempts_reach_a_host_whose_retries_hang()
    {
        var destination = await _database.DestinationAsync(await ClientAsync(), _holding.Host);
        await _database.RetriesAsync(destination, 50, TimeSpan.FromMinutes(-9), _holding.Url("retry"));
        await Wait.UntilAsync(() => _holding.Held("retry") == PerHost / 2, "retries have their part");

        await _database.DeliveriesAsync(destination, 10, url: _holding.Url("first"));

        await Wait.UntilAsync(() => _holding.Held("first") == PerHost / 2, "first attempts have theirs");
        (_holding.Most("retry"), _holding.Most("first")).ShouldBe((PerHost / 2, PerHost / 2));
    }

    [Fact]
    public async Task Two_clients_on_one_host_have_a_share_each_and_several_endpoints_of_one_client_have_one_together()
    {
        var (one, other) = (await ClientAsync(), await ClientAsync());
        await _database.DeliveriesAsync(await _database.DestinationAsync(one, _holding.Host), 20, url: _holding.Url("one"));
        foreach (var endpoint in new[] { "b", "c" })
        {
            var (_, destination) = await _database.EndpointAsync(one, _holding.Url($"one-{endpoint}"));
            await _database.DeliveriesAsync(destination, 20);
        }

        await Wait.UntilAsync(() => HeldOfOne() == PerHost, "the one has its share");
        await _database.DeliveriesAsync(await _database.DestinationAsync(other, _holding.Host), 20, url: _holding.Url("other"));

        await Wait.UntilAsync(() => _holding.Held("other") == PerHost, "the other has its own");
        HeldOfOne().ShouldBe(PerHost);

        int HeldOfOne() => _holding.Held("one") + _holding.Held("one-b") + _holding.Held("one-c");
    }

    [Fact]
    public async Task What_is_handed_over_in_memory_keeps_to_the_same_shares_and_the_rest_is_claimed_later()
    {
        var destination = await _database.DestinationAsync(await ClientAsync(), _holding.Host);
        var delivered = await HandOverAsync(destination, 12, _holding.Url("flood"));
        await Wait.UntilAsync(() => _holding.Held("flood") == PerHost, "the share is taken");

        var other = await _database.DestinationAsync(await ClientAsync(), _answering.Host);
        await HandOverAsync(other, 2, _answering.Url("other"));
        await Wait.UntilAsync(() => _answering.Arrived("other") == 2, "the other's have arrived");
        _holding.Most("flood").ShouldBe(PerHost);

        _holding.Release();
        await Wait.UntilAsync(async () => (await StatesAsync(delivered)).SequenceEqual(["delivered"]), "all of them are delivered");
    }

    [Fact]
    public async Task What_is_handed_over_for_a_destination_that_is_slow_or_held_waits_like_the_rest()
    {
        var client = await ClientAsync();
        var (slow, held) = (await _database.DestinationAsync(client, _answering.Host), await _database.DestinationAsync(client, _holding.Host));
        await _database.ExecuteAsync("update bridge.destinations set slow_steps = 9, slow_until = now() + interval '1 hour' where id = $1", slow);
        await _database.ExecuteAsync(
            "insert into bridge.holds (id, what, host, created_at) values (bridge.new_id(), 'deliveries', $1, now())", _holding.Host);
        // One that waits makes the dispatcher look.
        foreach (var destination in new[] { slow, held }) await _database.DeliveriesAsync(destination, dueIn: TimeSpan.FromHours(1));
        var dispatcher = _bridge.Services.GetRequiredService<Dispatcher>();
        await dispatcher.RunOnceAsync(Cancellation);

        var handedOver = await HandOverAsync(slow, 3, _answering.Url("slow"));
        handedOver.AddRange(await HandOverAsync(held, 3, _holding.Url("held")));
        await Wait.UntilAsync(
            async () => (await _database.ReadAsync<int>("select distinct attempts from bridge.deliveries")).SequenceEqual([0]),
            "all were handed back");
        await dispatcher.RunOnceAsync(Cancellation);

        (_answering.Arrived("slow"), _holding.Arrived("held")).ShouldBe((0, 0));
        await _database.ExecuteAsync("delete from bridge.holds");
        await _database.ExecuteAsync("update bridge.destinations set slow_until = now() where id = $1", slow);
        dispatcher.Wake.Raise();
        await Wait.UntilAsync(() => (_answering.Arrived("slow"), _holding.Arrived("held")) == (3, 3), "all of them have arrived");
        (await StatesAsync(handedOver)).ShouldNotContain("dead");
    }

    [Fact]
    public async Task A_receiver_that_drips_is_cut_and_after_ten_failures_it_has_two_places()
    {
        await RestartAsync(("Bridge:Delivery:Timeout", "300ms"));
        await using var dripping = await HoldingReceiver.StartAsync(drips: true);
        var destination = await _database.DestinationAsync(await ClientAsync(), dripping.Host);
        await _database.DeliveriesAsync(destination, 200, url: dripping.Url("drip"));
        await Wait.UntilAsync(
            async () => (await FailuresAsync(destination)) >= DestinationHealth.Probation + PerHost,
            "it is on probation, and what was on the way before is over");

        // A place is given back when its failure is written: what is leased is in flight.
        var (most, from) = (0L, dripping.Arrived("drip"));
        await Wait.UntilAsync(
            async () =>
            {
                most = Math.Max(most, await LeasedAsync());
                return dripping.Arrived("drip") >= from + 6;
            },
            "probes go on");
        most.ShouldBeInRange(1, 2);
        (await _database.ReadAsync<string>("select distinct error from bridge.delivery_attempts")).ShouldBe(["timeout"]);
    }

    [Fact]
    public async Task Under_the_hold_nothing_is_sent_or_handed_over_and_a_start_without_it_sends_everything()
    {
        await RestartAsync(("Bridge:Delivery:Hold", "true"));
        var destination = await _database.DestinationAsync(await ClientAsync(), _answering.Host);
        await _database.DeliveriesAsync(destination, 5, url: _answering.Url("held"));

        _bridge.Services.GetRequiredService<DeliveryInbox>().Reserve(5).Count.ShouldBe(0);
        (await _bridge.Services.GetRequiredService<Dispatcher>().RunOnceAsync(Cancellation)).Done.ShouldBe(0);
        _bridge.Log.Lines.Count(line => line.Contains("3202", StringComparison.Ordinal)).ShouldBe(1);
        (await _database.ReadAsync<int>("select distinct claim from bridge.deliveries")).ShouldBe([0]);
        _answering.Arrived("held").ShouldBe(0);

        await using var later = await BridgeApplication.StartAsync(_bridge.Database, null, ownsDatabase: false, settings: Settings());
        await Wait.UntilAsync(() => _answering.Arrived("held") == 5, "all of them have arrived");
    }

    private static (string, string)[] Settings(params (string, string)[] more) =>
    [
        ("Bridge:Roles", "api,worker"), ("Bridge:Scheduling:Engine", "Hosted"), ("Bridge:Delivery:MaxConcurrency", $"{All}"),
        ("Bridge:Delivery:MaxConcurrencyPerHost", $"{PerHost}"), ("Bridge:Delivery:Timeout", "60s"), ("Bridge:ShutdownTimeout", "61s"), .. more,
    ];

    private async Task StartAsync(params (string, string)[] more)
    {
        _bridge = await BridgeApplication.StartAsync(server, null, Settings(more));
        _database = DeliveryDatabase.Of(_bridge);
    }

    private async Task RestartAsync(params (string, string)[] more)
    {
        await _bridge.DisposeAsync();
        await StartAsync(more);
    }

    private async Task<Guid> ClientAsync()
    {
        TypeId.TryParse(TypeId.Client, (await _bridge.CreateClientAsync()).Id, out var id).ShouldBeTrue();
        return id;
    }

    private static async Task<HoldingReceiver[]> HangingHostsAsync(int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => HoldingReceiver.StartAsync()));

    private async Task FloodAsync(Guid client, HoldingReceiver host) => await _database.DeliveriesAsync(
        await _database.DestinationAsync(client, host.Host), 30, TimeSpan.FromMinutes(-5), url: host.Url("flood"));

    // As the recorder does: leased to this process where there is room, due otherwise.
    private async Task<List<Guid>> HandOverAsync(int destination, int count, string url)
    {
        var inbox = _bridge.Services.GetRequiredService<DeliveryInbox>();
        using var places = inbox.Reserve(count);
        places.Count.ShouldBe(count);
        var deliveries = await _database.LeasedDeliveriesAsync(destination, count, url);
        var ends = _bridge.Clock.GetTimestamp() + inbox.LeaseTicks;
        places.HandOver([.. deliveries.Select(delivery => delivery with { LeaseEnds = ends })]);
        return [.. deliveries.Select(delivery => delivery.Id)];
    }

    private async Task<int> FailuresAsync(int destination) => (await _database.ReadAsync<int>(
        "select consecutive_failures from bridge.destinations where id = $1", destination)).Single();

    private async Task<long> LeasedAsync() =>
        (await _database.ReadAsync<long>("select count(*) from bridge.deliveries where leased_until is not null")).Single();

    private Task<List<string>> StatesAsync(List<Guid> deliveries) =>
        _database.ReadAsync<string>("select distinct state from bridge.deliveries where id = any ($1)", deliveries.ToArray());
}
