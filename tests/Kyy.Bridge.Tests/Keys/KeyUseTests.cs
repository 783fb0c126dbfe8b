using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Keys;

public sealed class KeyUseTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bridge = await BridgeApplication.StartAsync(server);

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task LastUse_IsKeptToTheMinute_AndShownInTheLists()
    {
        var client = await _bridge.CreateClientAsync();
        var admin = _bridge.ClientOf(BridgeApplication.AdminKey);
        var unused = await admin.CreateKeyAsync(client.Id, cancellationToken: Cancellation);
        await _bridge.ClientOf(client.ApiKey).GetMeAsync(Cancellation);

        await Use.WriteAsync(Cancellation);
        var minute = await _bridge.Database.ScalarAsync<DateTime>("select date_trunc('minute', now())");

        var keys = await admin.ListKeysAsync(client.Id, Cancellation).ToListAsync(Cancellation);
        keys.Single(key => key.Id == unused.Id).LastUsedAt.ShouldBeNull();
        keys.Single(key => key.Id != unused.Id).LastUsedAt.ShouldNotBeNull().UtcDateTime.ShouldBeInRange(minute.AddMinutes(-1), minute);
    }

    [Fact]
    public async Task Uses_WithinAMinute_AreOneWrite_AndThoseThatAreUnderWayAtTheStopAreWritten()
    {
        var client = await _bridge.CreateClientAsync();
        await _bridge.ClientOf(client.ApiKey).GetMeAsync(Cancellation);
        await Use.WriteAsync(Cancellation);
        await _bridge.Database.ExecuteAsync("update bridge.api_keys set last_used_at = date_trunc('minute', now() + interval '1 minute')");
        var row = await RowAsync();

        await _bridge.ClientOf(client.ApiKey).GetMeAsync(Cancellation);
        await Use.WriteAsync(Cancellation);
        (await RowAsync()).ShouldBe(row);

        await _bridge.Database.ExecuteAsync("update bridge.api_keys set last_used_at = null");
        await _bridge.ClientOf(client.ApiKey).GetMeAsync(Cancellation);
        await _bridge.StopAsync();
        (await _bridge.Database.ScalarAsync<bool>("select last_used_at is not null from bridge.api_keys")).ShouldBeTrue();
    }

    [Fact]
    public async Task Me_TellsAClientWhatItMayAndDoes_AndAnAdminWhoItIs()
    {
        var created = await _bridge.CreateClientAsync();
        var client = _bridge.ClientOf(created.ApiKey);
        await client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);

        var me = await client.GetMeAsync(Cancellation);

        (me.Role, me.ClientId, me.ClientName).ShouldBe(("client", created.Id, "acme"));
        created.ApiKey.ShouldStartWith(me.Key.Prefix!);
        me.Limits.ShouldBe(new MeLimits(1_000, 10_000, 1_000_000, 50, 500, 10, 10));
        (me.Usage!.TasksInFlight, me.Usage.Endpoints, me.Usage.Waits).ShouldBe((1, 0, 0));
        me.Usage.RequestsLeft.ShouldBeInRange(9_000, 10_000);

        var further = await _bridge.ClientOf(BridgeApplication.AdminKey).CreateAdminKeyAsync("ops", cancellationToken: Cancellation);
        (await _bridge.ClientOf(BridgeApplication.AdminKey).GetMeAsync(Cancellation))
            .ShouldBe(new Me("admin", null, null, new(null, null, null, null, null), null, null));
        var admin = await _bridge.ClientOf(further.ApiKey).GetMeAsync(Cancellation);
        (admin.Role, admin.Key.Id, admin.Key.Name, admin.Limits).ShouldBe(("admin", further.Id, "ops", null));
    }

    private KeyUse Use => _bridge.Services.GetRequiredService<KeyUse>();

    private Task<string> RowAsync() => _bridge.Database.ScalarAsync<string>("select ctid::text from bridge.api_keys");
}
