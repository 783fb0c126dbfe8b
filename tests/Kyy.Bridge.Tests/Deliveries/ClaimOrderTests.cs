using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>Who comes first in a claim, and what is not claimed at all.</summary>
public sealed class ClaimOrderTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private DeliveryDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await DeliveryDatabase.CreateAsync(server);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task First_attempts_come_before_retries_however_long_those_are_due()
    {
        var destination = await _database.DestinationAsync();
        await _database.RetriesAsync(destination, 40, -9 * Minute);
        var firsts = await _database.DeliveriesAsync(destination, 10);

        var claimed = await _database.ClaimAsync(destination, new Places(16, 8, 0));

        claimed.Select(delivery => delivery.Id).Intersect(firsts).Count().ShouldBe(10);
        claimed.Count(delivery => delivery.Attempt > 1).ShouldBe(6);
    }

    [Fact]
    public async Task Retries_have_no_more_than_their_part_where_nothing_else_is_due()
    {
        var destination = await _database.DestinationAsync();
        await _database.RetriesAsync(destination, 40, -9 * Minute);

        (await _database.ClaimAsync(destination, new Places(16, 8, 2))).Count.ShouldBe(8);
        (await _database.ClaimAsync(destination, new Places(8, 0, 0))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_flood_of_first_attempts_leaves_a_part_to_what_is_due_for_longest()
    {
        var destination = await _database.DestinationAsync();
        await _database.DeliveriesAsync(destination, 30);
        await _database.RetriesAsync(destination, 20, -Minute);

        var claimed = await _database.ClaimAsync(destination, new Places(16, 8, 2));

        claimed.Count.ShouldBe(16);
        claimed.Count(delivery => delivery.Attempt > 1).ShouldBe(2);
    }

    [Fact]
    public async Task Where_there_are_no_retries_first_attempts_have_all_of_it_and_none_is_claimed_twice()
    {
        var destination = await _database.DestinationAsync();
        await _database.DeliveriesAsync(destination, 30, -Minute);

        var claimed = await _database.ClaimAsync(destination, new Places(16, 8, 2));

        claimed.Select(delivery => delivery.Id).Distinct().Count().ShouldBe(16);
        claimed.ShouldAllBe(delivery => delivery.Claim == 1);
    }

    [Fact]
    public async Task What_is_due_at_an_endpoint_has_its_current_address_and_its_host()
    {
        var (endpoint, destination) = await _database.EndpointAsync(url: "https://endpoint.example.test/new");
        await _database.DeliveriesAsync(destination);

        var leased = (await _database.ClaimAsync(destination)).Single();

        (leased.EndpointId, leased.CallbackId).ShouldBe((endpoint, endpoint));
        (leased.Url, leased.Host).ShouldBe(("https://endpoint.example.test/new", "endpoint.example.test:443"));
    }

    [Theory]
    [InlineData("update bridge.endpoints set status = 'disabled', disabled_at = now()")]
    [InlineData("update bridge.endpoints set deleted_at = now()")]
    [InlineData("insert into bridge.holds (id, what, created_at) values (bridge.new_id(), 'deliveries', now())")]
    [InlineData("insert into bridge.holds (id, what, client_id, created_at) select bridge.new_id(), 'deliveries', client_id, now() from bridge.endpoints")]
    [InlineData("insert into bridge.holds (id, what, host, created_at) values (bridge.new_id(), 'deliveries', 'endpoint.example.test:443', now())")]
    public async Task What_is_closed_waits_and_goes_on_when_it_is_open_again(string close)
    {
        var (_, destination) = await _database.EndpointAsync();
        await _database.DeliveriesAsync(destination);
        await _database.ExecuteAsync(close);

        (await LookAsync(destination)).IsOpen.ShouldBeFalse();
        (await _database.ClaimAsync(destination)).ShouldBeEmpty();

        await _database.ExecuteAsync("delete from bridge.holds");
        await _database.ExecuteAsync("update bridge.endpoints set status = 'enabled', disabled_at = null, deleted_at = null");
        (await LookAsync(destination)).IsOpen.ShouldBeTrue();
        (await _database.ClaimAsync(destination)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_hold_of_others_or_of_something_else_holds_nothing_here()
    {
        var destination = await _database.DestinationAsync();
        await _database.DeliveriesAsync(destination);
        await _database.ExecuteAsync(
            """
            insert into bridge.holds (id, what, client_id, host, created_at)
            select bridge.new_id(), what, client_id, host, now()
            from (values ('polling', null, null), ('deliveries', $1, null), ('deliveries', null, 'other.example.test')) h (what, client_id, host)
            """,
            await _database.ClientAsync());

        (await LookAsync(destination)).IsOpen.ShouldBeTrue();
        (await _database.ClaimAsync(destination)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_slow_destination_is_left_alone_until_it_is_over()
    {
        var destination = await _database.DestinationAsync();
        await _database.DeliveriesAsync(destination, dueIn: -Minute);
        await _database.ExecuteAsync("update bridge.destinations set slow_until = now() + interval '30 s', slow_steps = 3");

        (await _database.ClaimAsync(destination)).ShouldBeEmpty();
        var look = await LookAsync(destination);
        look.IsOpen.ShouldBeTrue();
        look.DueIn.TotalSeconds.ShouldBeInRange(20, 30);
        look.Health.Most(32).ShouldBe(1);

        await _database.ExecuteAsync("update bridge.destinations set slow_until = now()");
        (await LookAsync(destination)).DueIn.ShouldBeLessThanOrEqualTo(TimeSpan.Zero);
        (await _database.ClaimAsync(destination)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_destination_with_a_limit_is_due_at_its_next_turn_and_without_one_no_more_at_once()
    {
        var (_, destination) = await _database.EndpointAsync(rate: 2);
        await _database.DeliveriesAsync(destination);
        await _database.ExecuteAsync("update bridge.destinations set rate_next_at = now() + interval '30 s'");

        var limited = await LookAsync(destination);
        await _database.ExecuteAsync("update bridge.endpoints set rate_limit_per_second = null");
        var free = await LookAsync(destination);

        limited.RatePerSecond.ShouldBe(2);
        limited.DueIn.TotalSeconds.ShouldBeInRange(20, 30);
        free.RatePerSecond.ShouldBeNull();
        free.DueIn.ShouldBeLessThanOrEqualTo(TimeSpan.Zero);
    }

    private async Task<DestinationDue> LookAsync(int destination) =>
        (await DestinationsDue.ReadAsync(_database.DataSource, Cancellation)).Single(due => due.To.Destination == destination);
}
