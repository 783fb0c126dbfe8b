using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Operators;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Operators;

public sealed class HoldsApiTests(PostgresServer server) : IAsyncLifetime
{
    private const string Hold = "/v1/admin/hold", Release = "/v1/admin/release";

    private BridgeApplication _bridge = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bridge = await BridgeApplication.StartAsync(server);

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Hold_AndRelease_AreAsOftenAsTheyAreWanted()
    {
        var shop = (await _bridge.CreateClientAsync("shop")).Id;
        var admin = _bridge.ClientOf(BridgeApplication.AdminKey);
        HoldRequest all = new(HoldKinds.Polling), ofShop = new(HoldKinds.Deliveries, shop, "Hooks.Example.COM.:8443");

        (await admin.HoldAsync(all, Cancellation)).Holds.Count.ShouldBe(1);
        await admin.HoldAsync(ofShop, Cancellation);
        var held = (await admin.HoldAsync(ofShop, Cancellation)).Holds;

        held.Select(hold => (hold.What, hold.Client, hold.Host))
            .ShouldBe([(HoldKinds.Polling, null, null), (HoldKinds.Deliveries, shop, "hooks.example.com:8443")]);
        held.ShouldAllBe(hold => hold.CreatedAt > TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1));
        (await admin.GetStatsAsync(Cancellation)).Holds.ShouldBe(held);

        // Exactly that hold: a wider one is another, and so is a narrower one.
        await admin.ReleaseAsync(new(HoldKinds.Deliveries), Cancellation);
        await admin.ReleaseAsync(new(HoldKinds.Deliveries, shop), Cancellation);
        (await admin.ReleaseAsync(new(HoldKinds.Polling, shop), Cancellation)).Holds.ShouldBe(held);
        (await admin.ReleaseAsync(new(HoldKinds.Deliveries, shop, "hooks.example.com:8443"), Cancellation)).Holds.ShouldBe([held[0]]);
        (await admin.ReleaseAsync(all, Cancellation)).Holds.ShouldBeEmpty();
        (await admin.ReleaseAsync(all, Cancellation)).Holds.ShouldBeEmpty();
        (await admin.GetStatsAsync(Cancellation)).Holds.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{}""", "what", "is required")]
    [InlineData("""{"what":"everything"}""", "what", "must be one of polling, deliveries")]
    [InlineData("""{"what":"polling","client":"shop"}""", "client", "must be the id of a client")]
    [InlineData("""{"what":"polling","client":"cli_01h455vb4pex5vsknk084sn02q"}""", "client", "there is no such client")]
    [InlineData("""{"what":"polling","host":"https://hooks.example.com/in"}""", "host", "must be a host")]
    [InlineData("""{"what":"polling","host":"hooks.example.com:99999"}""", "host", "must be a host")]
    [InlineData("""{"what":"polling","host":"a b"}""", "host", "must be a host")]
    [InlineData("""{"what":"polling","for":"1h"}""", "for", "is not known")]
    public async Task Hold_OfWhatCannotBe_IsRefused(string body, string member, string message)
    {
        using var answer = await _bridge.AsAdmin().PostTextAsync(Hold, body);

        answer.ShouldBeInvalid(member, message);
        (await _bridge.ClientOf(BridgeApplication.AdminKey).GetStatsAsync(Cancellation)).Holds.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Hold)]
    [InlineData(Release)]
    public async Task Hold_ByAClient_IsForbidden(string route)
    {
        var client = await _bridge.CreateClientAsync();

        using var answer = await _bridge.As(client.ApiKey).PostTextAsync(route, """{"what":"polling"}""");

        answer.ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Hold_WithAnIdempotencyKey_AnswersWithWhatIsHeldThen()
    {
        using var first = await _bridge.AsAdmin().PostTextAsync(Hold, """{"what":"polling"}""", ("Idempotency-Key", "k"));
        using var other = await _bridge.AsAdmin().PostTextAsync(Hold, """{"what":"deliveries"}""", ("Idempotency-Key", "k"));
        using var again = await _bridge.AsAdmin().PostTextAsync(Hold, """{"what":"polling"}""", ("Idempotency-Key", "k"));

        other.ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        again.Body.ShouldBe(first.Body);
    }

    [Fact]
    public async Task Release_OfADeletedClient_IsStillPossible()
    {
        var client = await _bridge.CreateClientAsync();
        var admin = _bridge.ClientOf(BridgeApplication.AdminKey);
        await admin.HoldAsync(new(HoldKinds.Polling, client.Id), Cancellation);
        await admin.DeleteClientAsync(client.Id, Cancellation);

        (await admin.ReleaseAsync(new(HoldKinds.Polling, client.Id), Cancellation)).Holds.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("hooks.example.com", "hooks.example.com")]
    [InlineData("HOOKS.example.com.", "hooks.example.com")]
    [InlineData("hooks.example.com:80", "hooks.example.com:80")]
    [InlineData("hooks.example.com:0443", "hooks.example.com:443")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("8.8.8.8:8443", "8.8.8.8:8443")]
    [InlineData("[2606:4700:0::1111]", "2606:4700::1111")]
    [InlineData("[2606:4700:0::1111]:443", "2606:4700::1111:443")]
    [InlineData("user@hooks.example.com", null)]
    [InlineData("hooks.example.com/in", null)]
    [InlineData("hooks..example.com", null)]
    [InlineData("*.example.com", null)]
    public void A_host_is_read_as_destinations_have_it(string written, string? host) => HoldReader.Normal(written).ShouldBe(host);
}
