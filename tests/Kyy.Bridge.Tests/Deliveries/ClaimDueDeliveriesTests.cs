using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class ClaimDueDeliveriesTests(PostgresServer server)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_claim_is_a_lease_with_all_that_the_attempt_needs()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var destination = await database.DestinationAsync();
        var delivery = (await database.DeliveriesAsync(destination)).Single();

        var leased = (await database.ClaimAsync(destination)).Single();

        leased.Id.ShouldBe(delivery);
        leased.EventType.ShouldBe("task.failed");
        leased.Url.ShouldBe("https://hooks.example.test/a");
        leased.Payload.ShouldBe("{}"u8.ToArray());
        (leased.Claim, leased.Attempt, leased.LeaseEnds).ShouldBe((1, 1, 7));
        (await database.RowAsync(delivery)).ShouldBe("pending claim 1 attempts 1 unsettled 1 leased");
        (await database.DueInAsync(delivery)).ShouldBeInRange(20, 30);
    }

    [Fact]
    public async Task What_is_leased_is_claimed_again_only_when_the_lease_is_over()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var first = await database.LeasedAsync();
        (await database.ClaimAsync(first.Destination)).ShouldBeEmpty();

        await database.ExpireAsync(first.Id);

        var second = (await database.ClaimAsync(first.Destination)).Single();
        (second.Claim, second.Attempt).ShouldBe((2, 2));
    }

    [Fact]
    public async Task Only_what_is_due_for_this_destination_is_claimed_the_longest_due_first_and_no_more_than_the_limit()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var destination = await database.DestinationAsync();
        var late = await database.DeliveriesAsync(destination, 2, -Minute);
        await database.DeliveriesAsync(destination, 2);
        await database.DeliveriesAsync(destination, 2, Minute);
        await database.DeliveriesAsync(await database.DestinationAsync(), 2, -Minute);

        (await database.ClaimAsync(destination, limit: 2)).Select(delivery => delivery.Id).ShouldBe(late, ignoreOrder: true);
        (await database.ClaimAsync(destination)).Count.ShouldBe(2);
        (await database.ClaimAsync(destination)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("delivered")]
    [InlineData("dead")]
    [InlineData("cancelled")]
    public async Task What_has_ended_is_never_claimed(string state)
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var destination = await database.DestinationAsync();
        await database.DeliveriesAsync(destination);
        await database.ExecuteAsync("update bridge.deliveries set state = $1, ended_at = now(), next_attempt_at = null", state);

        (await database.ClaimAsync(destination)).ShouldBeEmpty();
    }

    [Fact]
    public async Task After_twenty_claims_without_a_settle_a_delivery_is_dead_and_says_why()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var destination = await database.DestinationAsync();
        var lost = (await database.DeliveriesAsync(destination, unsettled: 20)).Single();
        var last = (await database.DeliveriesAsync(destination, unsettled: 19)).Single();

        var claimed = await database.ClaimAsync(destination);

        claimed.ShouldHaveSingleItem().Id.ShouldBe(last);
        (await database.RowAsync(lost)).ShouldBe("dead claim 0 attempts 20 unsettled 20 worker_lost");
        (await database.AttemptsAsync(lost)).ShouldBe(["20 worker_lost"]);
    }

    [Theory]
    [InlineData(4, 11, 500)]
    [InlineData(8, 30, 300)]
    public async Task However_many_claim_at_once_each_delivery_is_claimed_once(int claimers, int limit, int deliveries)
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var destination = await database.DestinationAsync();
        await database.DeliveriesAsync(destination, deliveries, -Minute);
        var claimed = 0;

        var all = await Task.WhenAll(Enumerable.Range(0, claimers).Select(_ => Task.Run(async () =>
        {
            var mine = new List<Guid>();
            // A claim that finds nothing may only have met the locks of the others.
            for (var round = 0; Volatile.Read(ref claimed) < deliveries; round++)
            {
                round.ShouldBeLessThan(10_000);
                var batch = await database.ClaimAsync(destination, limit);
                mine.AddRange(batch.Select(delivery => delivery.Id));
                Interlocked.Add(ref claimed, batch.Count);
            }

            return mine;
        })));

        all.SelectMany(mine => mine).Count().ShouldBe(deliveries);
        all.SelectMany(mine => mine).Distinct().Count().ShouldBe(deliveries);
        (await database.ReadAsync<long>("select count(*) from bridge.deliveries where claim = 1")).ShouldBe([deliveries]);
    }

    [Fact]
    public async Task Every_destination_is_found_with_the_time_of_its_first_delivery()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        int[] destinations = [await database.DestinationAsync(), await database.DestinationAsync(), await database.DestinationAsync()];
        var done = await database.DestinationAsync();
        await database.DeliveriesAsync(done);
        await database.ExecuteAsync("update bridge.deliveries set state = 'cancelled', ended_at = now(), next_attempt_at = null");
        await database.DeliveriesAsync(destinations[0], 40, Minute);
        await database.DeliveriesAsync(destinations[1], 3, 9 * Minute);
        await database.DeliveriesAsync(destinations[1], 1, -5 * Minute);
        await database.DeliveriesAsync(destinations[2], 1, -Minute);

        var due = await DestinationsDue.ReadAsync(database.DataSource, Cancellation);

        due.Select(destination => destination.To.Destination).ShouldBe([destinations[1], destinations[2], destinations[0]]);
        due[0].DueIn.TotalMinutes.ShouldBeInRange(-6, -5);
        due[2].DueIn.TotalMinutes.ShouldBeInRange(0.5, 1);
    }

    [Fact]
    public async Task Nothing_pending_is_no_destination()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        await database.DestinationAsync();

        (await DestinationsDue.ReadAsync(database.DataSource, Cancellation)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // As right after a start with an empty database: no statistics at all.
    public async Task One_host_s_many_deliveries_are_not_read_to_find_the_next_ones(bool analyzed)
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var dead = await database.DestinationAsync();
        await database.DeliveriesAsync(dead, 20_000, Minute);
        await database.DeliveriesAsync(await database.DestinationAsync(), 10);
        if (analyzed) await database.ExecuteAsync("analyze bridge.deliveries, bridge.events");

        var look = await ExplainAsync(database, DestinationsDue.Sql);
        var claim = await ExplainAsync(
            database, ClaimDueDeliveries.Sql, dead, 60, 40, 100, DeliveryDatabase.Lease, ClaimDueDeliveries.MostUnsettled);

        look.ShouldContain("deliveries_due");
        claim.ShouldContain("deliveries_due");
        claim.ShouldContain("deliveries_first");
        claim.ShouldContain("events_pkey");
        foreach (var large in new[] { "deliveries", "events" })
            (look + claim).ShouldNotContain($"Seq Scan on {large}");
    }

    private static async Task<string> ExplainAsync(DeliveryDatabase database, string sql, params object[] parameters) =>
        string.Join('\n', await database.ReadAsync<string>("explain " + sql, parameters));
}
