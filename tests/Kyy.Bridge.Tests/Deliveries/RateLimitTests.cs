using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class RateLimitTests(PostgresServer server)
{
    private const int Limit = 40, Deliveries = 120;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_many_replicas_claim_no_second_has_more_than_the_endpoint_s_limit()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var (_, destination) = await database.EndpointAsync(rate: Limit);
        await database.DeliveriesAsync(destination, Deliveries, TimeSpan.FromMinutes(-1));
        var claimed = 0;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var claims = NewClaims(database.DataSource);
            while (Volatile.Read(ref claimed) < Deliveries)
            {
                var look = (await DestinationsDue.ReadAsync(database.DataSource, Cancellation)).Single();
                var mine = await claims.ClaimAsync(look, new(32, 16, 4), Cancellation);
                Interlocked.Add(ref claimed, mine?.Count ?? 0);
            }
        })));

        // A lease tells when its claim was.
        (await database.ReadAsync<long>(
            """
            select max(count) from (
                select count(*) over (order by leased_until range between current row and interval '0.999 s' following) from bridge.deliveries) w
            """)).Single().ShouldBeInRange(Limit / 5, Limit);
        (await database.ReadAsync<int>("select distinct claim from bridge.deliveries")).ShouldBe([1]);
    }

    [Fact]
    public async Task Whoever_finds_another_process_at_the_turn_waits_for_nobody()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var (_, destination) = await database.EndpointAsync(rate: Limit);
        await database.DeliveriesAsync(destination);
        await using var other = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await using (var command = new NpgsqlCommand("select 1 from bridge.destinations for no key update", other))
            await command.ExecuteNonQueryAsync(Cancellation);
        var look = (await DestinationsDue.ReadAsync(database.DataSource, Cancellation)).Single();
        var claims = NewClaims(database.DataSource);

        (await claims.ClaimAsync(look, new(32, 16, 4), Cancellation)).ShouldBeNull();

        await transaction.RollbackAsync(Cancellation);
        (await claims.ClaimAsync(look, new(32, 16, 4), Cancellation)).ShouldHaveSingleItem();
    }

    private static DeliveryClaims NewClaims(NpgsqlDataSource dataSource)
    {
        var time = new TestClock();
        return new(dataSource, new(new DeliverySettings(), time), time, new Jitter(() => 0.5));
    }
}
