using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Deliveries.Guard;
using Kyy.Bridge.Operators;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>What an operator holds is not sent, to a host with its port or to all ports of it.</summary>
public sealed class HeldDeliveriesTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://hooks.example.test/a", "hooks.example.test", true)]
    [InlineData("https://hooks.example.test/a", "Hooks.Example.Test.:443", true)]
    [InlineData("https://hooks.example.test/a", "hooks.example.test:8443", false)]
    [InlineData("https://hooks.example.test/a", "example.test", false)]
    [InlineData("http://hooks.example.test:8080/a", "hooks.example.test", true)]
    [InlineData("https://[2001:db8::1]:8443/a", "[2001:db8:0::1]", true)]
    [InlineData("https://[2001:db8::1]:8443/a", "[2001:db8::1]:8443", true)]
    [InlineData("https://[2001:db8::1]:8443/a", "[2001:db8::1]:443", false)]
    public async Task A_host_that_is_held_gets_nothing_as_a_callback_or_as_an_endpoint(string url, string held, bool isHeld)
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        var client = await database.ClientAsync();
        var uri = new Uri(url);
        // As registrations write it.
        var host = $"{CallbackRules.HostOf(uri)}:{uri.Port}";
        var callbacks = await database.DestinationAsync(client, host);
        var (endpoint, ofEndpoint) = await database.EndpointAsync(client);
        await database.ExecuteAsync("update bridge.endpoints set host = $2 where id = $1", endpoint, host);
        foreach (var destination in new[] { callbacks, ofEndpoint }) await database.DeliveriesAsync(destination);
        var hold = HoldReader.Normal(held).ShouldNotBeNull();
        await database.ExecuteAsync(
            "insert into bridge.holds (id, what, host, created_at) values (bridge.new_id(), 'deliveries', $1, now())", hold);
        await database.ExecuteAsync(
            "insert into bridge.holds (id, what, host, created_at) values (bridge.new_id(), 'polling', $1, now())", host);

        (await DestinationsDue.ReadAsync(database.DataSource, Cancellation)).ShouldAllBe(destination => destination.IsOpen == !isHeld);
        foreach (var destination in new[] { callbacks, ofEndpoint })
            (await database.ClaimAsync(destination)).Count.ShouldBe(isHeld ? 0 : 1);
        // And the timeline says so.
        new Hold { Id = Guid.Empty, What = "deliveries", Host = hold }.CoversDestination(host).ShouldBe(isHeld);

        await database.ExecuteAsync("delete from bridge.holds where what = 'deliveries'");
        foreach (var destination in new[] { callbacks, ofEndpoint })
            (await database.ClaimAsync(destination)).Count.ShouldBe(isHeld ? 1 : 0);
    }
}
