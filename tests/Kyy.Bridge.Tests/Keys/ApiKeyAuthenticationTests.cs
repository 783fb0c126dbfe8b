using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Keys;

public sealed class ApiKeyAuthenticationTests(PostgresServer server) : IAsyncLifetime
{
    private const string Own = "/v1/signing-secret", Admins = "/v1/admin/clients";

    private BridgeApplication _bridge = null!;

    public async ValueTask InitializeAsync() => _bridge = await BridgeApplication.StartAsync(server);

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Theory]
    [InlineData(Own)]
    [InlineData(Admins)]
    [InlineData("/v1/nothing")]
    [InlineData("/v1")]
    [InlineData("/V1/Admin/Keys")]
    public async Task NoKey_IsUnauthorizedWhateverThePath(string path)
    {
        using var answer = await _bridge.As(null).GetAsync(path);
        ShouldBeUnauthorized(answer);
    }

    [Fact]
    public async Task NoKey_WrongMethod_IsUnauthorizedToo()
    {
        using var answer = await _bridge.As(null).DeleteAsync(Admins);
        ShouldBeUnauthorized(answer);
    }

    [Theory]
    [InlineData("Bearer kyb_unknown")]
    [InlineData("Bearer ")]
    [InlineData("Bearer")]
    [InlineData("Basic YTpi")]
    [InlineData("kyb_unknown")]
    public async Task AnythingElse_IsUnauthorizedAlike(string authorization)
    {
        using var missing = await _bridge.As(null).GetAsync(Own);
        using var answer = await _bridge.As(null).SendAsync(HttpMethod.Get, Own, headers: ("Authorization", authorization));

        ShouldBeUnauthorized(answer);
        Untraced(answer).ShouldBe(Untraced(missing));
    }

    [Fact]
    public async Task EndlessKey_IsUnauthorized()
    {
        using var answer = await _bridge.As(new string('k', 20_000)).GetAsync(Own);
        ShouldBeUnauthorized(answer);
    }

    [Fact]
    public async Task ClientsKey_OpensItsOwnAndNotTheAdmins()
    {
        var client = _bridge.As((await _bridge.CreateClientAsync()).ApiKey);

        using var own = await client.GetAsync(Own);
        using var admins = await client.GetAsync(Admins);
        using var unknown = await client.GetAsync("/v1/admin/nothing");
        using var otherCase = await client.GetAsync("/V1/ADMIN/clients");

        own.Status.ShouldBe(HttpStatusCode.OK);
        foreach (var answer in new[] { admins, unknown, otherCase }) answer.ShouldBeProblem(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task SchemeInAnotherCase_IsAccepted()
    {
        using var answer = await _bridge.As(null).SendAsync(
            HttpMethod.Get, Admins, headers: ("Authorization", $"bearer {BridgeApplication.AdminKey}"));
        answer.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task RevokedKey_IsRefusedAtOnceHereAndWithinFiveSecondsElsewhere()
    {
        var client = await _bridge.CreateClientAsync();
        await using var replica = await BridgeApplication.StartAsync(_bridge.Database, _bridge.Database.DataSource, ownsDatabase: false);
        using var before = await replica.As(client.ApiKey).GetAsync(Own);
        var key = await KeyOfAsync(client.Id);

        using var revoked = await _bridge.AsAdmin().DeleteAsync($"/v1/admin/keys/{key}");
        using var here = await _bridge.As(client.ApiKey).GetAsync(Own);
        replica.Clock.Advance(TimeSpan.FromSeconds(4.9));
        using var elsewhere = await replica.As(client.ApiKey).GetAsync(Own);

        before.Status.ShouldBe(HttpStatusCode.OK);
        revoked.Status.ShouldBe(HttpStatusCode.NoContent);
        ShouldBeUnauthorized(here);
        ShouldBeUnauthorized(elsewhere);
    }

    [Fact]
    public async Task ExpiredKey_IsRefused()
    {
        var client = await _bridge.CreateClientAsync();
        using var made = await _bridge.AsAdmin().PostAsync(
            $"/v1/admin/clients/{client.Id}/keys", new { expires_at = TimeProvider.System.GetUtcNow().AddHours(1) });
        var key = made.Read(BridgeJson.Wire.ApiKeyCreated);
        using var before = await _bridge.As(key.ApiKey).GetAsync(Own);

        await _bridge.QueryAsync(db => db.Database.ExecuteSqlAsync(
            $"update bridge.api_keys set expires_at = now() where expires_at is not null"));
        _bridge.Clock.Advance(TimeSpan.FromSeconds(5));
        using var after = await _bridge.As(key.ApiKey).GetAsync(Own);

        before.Status.ShouldBe(HttpStatusCode.OK);
        ShouldBeUnauthorized(after);
    }

    [Fact]
    public async Task UnknownKeyThatIsMadeLater_IsAcceptedWithinFiveSeconds()
    {
        const string key = "kyb_made_later";
        using var before = await _bridge.As(key).GetAsync(Own);
        var id = _bridge.Services.GetRequiredService<Ids>().Next();
        await _bridge.QueryAsync(db =>
        {
            db.Add(new ApiKey { Id = id, Name = "later", Hash = KeyHash.Of(key).ToBytes(), Prefix = "kyb_made" });
            return db.SaveChangesAsync();
        });
        _bridge.Clock.Advance(TimeSpan.FromSeconds(5));
        using var after = await _bridge.As(key).GetAsync(Admins);

        ShouldBeUnauthorized(before);
        after.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task StillHolds_KeyRevokedMeanwhile_TurnsFalse()
    {
        var client = await _bridge.CreateClientAsync();
        var keys = _bridge.Services.GetRequiredService<ApiKeys>();
        var caller = (await keys.FindAsync(client.ApiKey)).ShouldNotBeNull();
        (await keys.StillHoldsAsync(caller)).ShouldBeTrue();

        using var revoked = await _bridge.AsAdmin().DeleteAsync($"/v1/admin/keys/{await KeyOfAsync(client.Id)}");

        (await keys.StillHoldsAsync(caller)).ShouldBeFalse();
    }

    [Fact]
    public async Task Admin_ActsForAClientByHeader()
    {
        var client = await _bridge.CreateClientAsync();
        var admin = _bridge.AsAdmin();

        using var own = await _bridge.As(client.ApiKey).GetAsync(Own);
        using var named = await admin.SendAsync(HttpMethod.Get, Own, headers: ("Kyy-Client", client.Id));
        using var unnamed = await admin.GetAsync(Own);
        using var malformed = await admin.SendAsync(HttpMethod.Get, Own, headers: ("Kyy-Client", "acme"));
        using var unknown = await admin.SendAsync(HttpMethod.Get, Own, headers: ("Kyy-Client", "cli_01h455vb4pex5vsknk084sn02q"));
        using var client2 = await _bridge.As(client.ApiKey).SendAsync(HttpMethod.Get, Own, headers: ("Kyy-Client", client.Id));

        named.Body.ShouldBe(own.Body);
        unnamed.ShouldBeInvalid("Kyy-Client", "is required from an admin");
        malformed.ShouldBeInvalid("Kyy-Client", "must be the id of one client");
        unknown.ShouldBeInvalid("Kyy-Client", "there is no such client");
        client2.ShouldBeInvalid("Kyy-Client", "may be sent by admins only");
    }

    private static void ShouldBeUnauthorized(TestAnswer answer)
    {
        answer.ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthorized");
        answer.Header("WWW-Authenticate").ShouldBe("Bearer");
    }

    private static Problem Untraced(TestAnswer answer) => answer.Read(BridgeJson.Wire.Problem) with { TraceId = null };

    private async Task<string> KeyOfAsync(string client)
    {
        using var keys = await _bridge.AsAdmin().GetAsync($"/v1/admin/clients/{client}/keys");
        return keys.Read(BridgeJson.Wire.PageApiKeyView).Data.Single().Id;
    }
}
