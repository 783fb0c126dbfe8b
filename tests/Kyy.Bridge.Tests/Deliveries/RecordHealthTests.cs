using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>What settles leave of a destination's health.</summary>
public sealed class RecordHealthTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly AttemptResult Ok = new AttemptResult.Accepted(204), Broken = new AttemptResult.Rejected(500, null);
    private static readonly AttemptResult Busy = new AttemptResult.Rejected(503, null), Gone = new AttemptResult.Gone();

    private DeliveryDatabase _database = null!;
    private DateTimeOffset _now;

    public async ValueTask InitializeAsync()
    {
        _database = await DeliveryDatabase.CreateAsync(server);
        _now = (await _database.ReadAsync<DateTimeOffset>("select now()")).Single();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Failures_add_up_from_the_first_one_on_and_a_success_ends_them()
    {
        var (destination, leased) = await LeasedAsync(5);

        await SettleAsync(After(leased[0], Broken, second: 1), After(leased[1], Broken, second: 2));
        await SettleAsync(After(leased[2], new AttemptResult.Unreachable(AttemptError.Dns), second: 3));

        (await _database.HealthAsync(destination)).ShouldBe("failures 3 steps 0 dns failing");
        (await TimesAsync()).ShouldBe([_now.AddSeconds(1), _now.AddSeconds(3)]);

        await SettleAsync(After(leased[3], Ok, second: 4));
        (await _database.HealthAsync(destination)).ShouldBe("failures 0 steps 0 dns");

        await SettleAsync(After(leased[4], Broken, second: 5));
        (await _database.HealthAsync(destination)).ShouldBe("failures 1 steps 0 500 failing");
        (await TimesAsync()).ShouldBe([_now.AddSeconds(5), _now.AddSeconds(5)]);
    }

    [Fact]
    public async Task What_is_well_and_stays_so_is_written_once_a_second_and_told_all_the_same()
    {
        var (destination, leased) = await LeasedAsync(4);
        await SettleAsync(After(leased[0], Ok, second: 4));
        var written = await VersionAsync(destination);

        (await SettleAsync(After(leased[1], Ok, second: 4))).ShouldBe(new(0, 0, null));
        (await VersionAsync(destination)).ShouldBe(written);

        (await SettleAsync(After(leased[2], Ok, second: 6))).ShouldBe(new(0, 0, null));
        (await VersionAsync(destination)).ShouldNotBe(written);
        (await SettleAsync(After(leased[3], Broken, second: 6))).ConsecutiveFailures.ShouldBe(1);
    }

    [Fact]
    public async Task Slow_downs_double_up_to_a_minute_and_a_success_ends_them()
    {
        var (destination, leased) = await LeasedAsync(9);
        List<double> waits = [];
        foreach (var delivery in leased[..8])
        {
            var health = await SettleAsync(After(delivery, Busy));
            waits.Add(health.SlowFor!.Value.TotalSeconds);
            await _database.ExecuteAsync("update bridge.destinations set slow_until = now()");
        }

        waits.ShouldBe([1, 2, 4, 8, 16, 32, 60, 60]);
        (await SettleAsync(After(leased[8], Ok))).ShouldBe(new(0, 0, null));
        (await _database.HealthAsync(destination)).ShouldBe("failures 0 steps 0 503");
    }

    [Fact]
    public async Task What_was_on_the_way_when_a_slow_down_began_is_part_of_it()
    {
        var (destination, leased) = await LeasedAsync(5);

        await SettleAsync(After(leased[0], Busy), After(leased[1], Busy));
        await SettleAsync(After(leased[2], Busy));
        await SettleAsync(After(leased[3], Busy));

        (await _database.HealthAsync(destination)).ShouldBe("failures 4 steps 1 503 failing slow");
        // A failure of another kind neither lengthens nor ends it.
        (await SettleAsync(After(leased[4], Broken))).SlowSteps.ShouldBe(1);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(600, 600)]
    [InlineData(1_000_000, 86_400)]
    public async Task What_the_receiver_asks_for_only_lengthens(int asked, int seconds)
    {
        var (_, leased) = await LeasedAsync(2);

        await SettleAsync(After(leased[0], new AttemptResult.Rejected(429, TimeSpan.FromSeconds(asked))));
        var health = await SettleAsync(After(leased[1], new AttemptResult.Rejected(429, null)));

        health.SlowFor!.Value.TotalSeconds.ShouldBeInRange(seconds - 0.9, seconds + 0.9);
    }

    [Fact]
    public async Task That_an_endpoint_is_gone_stays_written_until_something_is_accepted()
    {
        var (_, destination) = await _database.EndpointAsync();
        await _database.DeliveriesAsync(destination, 3);
        var leased = await _database.ClaimAsync(destination);

        await SettleAsync(After(leased[0], Gone));
        await SettleAsync(After(leased[1], Broken));
        (await _database.HealthAsync(destination)).ShouldBe("failures 2 steps 0 410 failing");
        (await _database.ReadAsync<string>("select dead_reason from bridge.deliveries where state = 'dead'")).ShouldBe(["gone"]);

        await SettleAsync(After(leased[2], Ok));
        (await _database.HealthAsync(destination)).ShouldBe("failures 0 steps 0 410");
    }

    [Fact]
    public async Task One_callback_that_is_gone_says_nothing_of_its_host()
    {
        var (destination, leased) = await LeasedAsync(1);

        (await SettleDeliveries.WriteAsync(_database.DataSource, [After(leased[0], Gone)])).ShouldBeEmpty();

        (await _database.HealthAsync(destination)).ShouldBe("failures 0 steps 0");
    }

    [Fact]
    public async Task Settles_of_many_destinations_at_once_wait_for_each_other_and_lose_nothing()
    {
        int[] destinations = [await _database.DestinationAsync(), await _database.DestinationAsync(), await _database.DestinationAsync()];
        var leased = new List<LeasedDelivery>();
        foreach (var destination in destinations)
        {
            await _database.DeliveriesAsync(destination, 40);
            leased.AddRange(await _database.ClaimAsync(destination));
        }

        var random = new Random(7);
        var shuffled = leased.OrderBy(_ => random.Next()).Chunk(6);
        await Task.WhenAll(shuffled.Select(batch => Task.Run(() =>
            SettleDeliveries.WriteAsync(_database.DataSource, [.. batch.Select(delivery => After(delivery, Broken))]))));

        foreach (var destination in destinations) (await _database.HealthAsync(destination)).ShouldBe("failures 40 steps 0 500 failing");
    }

    private async Task<string> VersionAsync(int destination) =>
        (await _database.ReadAsync<string>("select ctid::text from bridge.destinations where id = $1", destination)).Single();

    private async Task<(int Destination, List<LeasedDelivery> Leased)> LeasedAsync(int count)
    {
        var destination = await _database.DestinationAsync();
        await _database.DeliveriesAsync(destination, count);
        return (destination, await _database.ClaimAsync(destination));
    }

    private async Task<DestinationHealth> SettleAsync(params Settlement[] settlements) =>
        (await SettleDeliveries.WriteAsync(_database.DataSource, settlements)).Single().Health;

    private async Task<List<DateTimeOffset>> TimesAsync() => (await _database.ReadAsync<DateTimeOffset[]>(
        "select array[failing_since, last_attempt_at] from bridge.destinations")).SelectMany(times => times).ToList();

    private Settlement After(LeasedDelivery delivery, AttemptResult result, int second = 0) => Settlement.After(
        delivery, new(result, _now.AddSeconds(second), TimeSpan.FromMilliseconds(5), null), [TimeSpan.FromMinutes(1)], jitter: 0);
}
