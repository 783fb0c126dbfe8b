using System.Net;
using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Tests.Keys;

public sealed class ClientsApiTests(PostgresServer server) : IAsyncLifetime
{
    private const string Clients = "/v1/admin/clients";

    private BridgeApplication _bridge = null!;
    private TestCaller _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _admin = _bridge.AsAdmin();
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Create_GivesAClientAKeyAndASigningSecret()
    {
        using var answer = await _admin.PostAsync(Clients, new { name = "测试 😀", may_use_operator_key = false });

        answer.Status.ShouldBe(HttpStatusCode.Created);
        answer.Header("Cache-Control").ShouldBe("no-store");
        var created = answer.Read(BridgeJson.Wire.ClientCreated);
        created.Name.ShouldBe("测试 😀");
        created.ApiKey.Length.ShouldBe("kyb_".Length + 43);
        using var secret = await _bridge.As(created.ApiKey).GetAsync("/v1/signing-secret");
        secret.Status.ShouldBe(HttpStatusCode.OK);
        var listed = (await ListAsync()).Single();
        (listed.Id, listed.Name, listed.MayUseOperatorKey).ShouldBe((created.Id, created.Name, false));
        listed.CreatedAt.ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Create_TimesOnTheWire_HaveMillisecondsAndZ()
    {
        await _bridge.CreateClientAsync();
        using var answer = await _admin.GetAsync(Clients);
        answer.Body.ShouldMatch("""\"created_at\":\"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\".*\"next_cursor\":null""");
    }

    [Fact]
    public async Task Create_KeepsOnlyTheHashOfTheKey()
    {
        var client = await _bridge.CreateClientAsync();

        var key = await _bridge.QueryAsync(db => db.ApiKeys.SingleAsync());
        key.Hash.ShouldBe(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(client.ApiKey)));
        key.Prefix.ShouldBe(client.ApiKey[..10]);
        (await EverythingStoredAsync()).ShouldNotContain(client.ApiKey);
    }

    [Theory]
    [InlineData("{}", "name", "is required")]
    [InlineData("{\"name\":null}", "name", "is required")]
    [InlineData("{\"name\":5}", "name", "must be text")]
    [InlineData("{\"name\":\"a\",\"may_use_operator_key\":\"no\"}", "may_use_operator_key", "must be true or false")]
    [InlineData("null", "$", "must be an object")]
    public async Task Create_Wrong_NamesTheMember(string body, string member, string message)
    {
        using var answer = await _admin.PostTextAsync(Clients, body);
        answer.ShouldBeInvalid(member, message);
    }

    [Fact]
    public async Task List_PagesThroughAllOfThemNewestFirst()
    {
        for (var number = 0; number < 5; number++) await _bridge.CreateClientAsync($"{number}");
        // Times that are equal are the case in which a page's end could repeat or hide a row.
        await _bridge.QueryAsync(db => db.Database.ExecuteSqlAsync(
            $"update bridge.clients set created_at = now() - interval '1 hour' where name <> '4'"));

        var seen = new List<string>();
        for (var cursor = ""; cursor is not null;)
        {
            using var answer = await _admin.GetAsync($"{Clients}?limit=2{cursor}");
            var page = answer.Read(BridgeJson.Wire.PageClientView);
            seen.AddRange(page.Data.Select(client => client.Name));
            cursor = page.NextCursor is null ? null : $"&cursor={page.NextCursor}";
        }

        seen.Count.ShouldBe(5);
        seen.Distinct().Count().ShouldBe(5);
        seen[0].ShouldBe("4");
    }

    [Fact]
    public async Task Delete_RevokesItsKeysAndTakesItOffTheList()
    {
        var (gone, stays) = (await _bridge.CreateClientAsync("gone"), await _bridge.CreateClientAsync("stays"));
        using var before = await _bridge.As(gone.ApiKey).GetAsync("/v1/signing-secret");

        using var deleted = await _admin.DeleteAsync($"{Clients}/{gone.Id}");
        using var again = await _admin.DeleteAsync($"{Clients}/{gone.Id}");
        using var with = await _bridge.As(gone.ApiKey).GetAsync("/v1/signing-secret");
        using var keys = await _admin.GetAsync($"{Clients}/{gone.Id}/keys");
        using var acting = await _admin.SendAsync(HttpMethod.Get, "/v1/signing-secret", headers: ("Kyy-Client", gone.Id));
        using var other = await _bridge.As(stays.ApiKey).GetAsync("/v1/signing-secret");

        deleted.Status.ShouldBe(HttpStatusCode.NoContent);
        again.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        with.ShouldBeProblem(HttpStatusCode.Unauthorized, "unauthorized");
        keys.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        acting.ShouldBeInvalid("Kyy-Client", "there is no such client");
        other.Status.ShouldBe(HttpStatusCode.OK);
        (await ListAsync()).Single().Name.ShouldBe("stays");
    }

    [Fact]
    public async Task Delete_TasksInFlight_IsRefusedWithTheirNumber()
    {
        var client = await _bridge.CreateClientAsync();
        TypeId.TryParse(TypeId.Client, client.Id, out var id);
        await _bridge.QueryAsync(db => db.Database.ExecuteSqlAsync($"""
            insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family_given, service_tier, service_tier_given,
                                      registered_at, deadline_at, status, slot_id, next_poll_at, ended_at)
            select bridge.new_id(), {id}, bridge.new_id(), 't' || n, false, 'default', false, now(), now(),
                   case when n = 3 then 'failed' else 'queued' end, case when n < 3 then 1 end, case when n < 3 then now() end,
                   case when n = 3 then now() end
              from generate_series(1, 3) n
            """));

        using var refused = await _admin.DeleteAsync($"{Clients}/{client.Id}");
        refused.ShouldBeProblem(HttpStatusCode.Conflict, "client-busy").Detail.ShouldNotBeNull().ShouldStartWith("2 of its tasks");
        using var with = await _bridge.As(client.ApiKey).GetAsync("/v1/signing-secret");
        with.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("cli_01h455vb4pex5vsknk084sn02q")]
    [InlineData("key_01h455vb4pex5vsknk084sn02q")]
    [InlineData("nonsense")]
    public async Task Delete_Unknown_IsNotFound(string id)
    {
        using var answer = await _admin.DeleteAsync($"{Clients}/{id}");
        answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
    }

    private async Task<IReadOnlyList<ClientView>> ListAsync()
    {
        using var answer = await _admin.GetAsync(Clients);
        return answer.Read(BridgeJson.Wire.PageClientView).Data;
    }

    private Task<string> EverythingStoredAsync() => _bridge.QueryAsync(db => db.Database.SqlQuery<string>($"""
        select string_agg(row, ' ') as "Value" from (
            select c::text as row from bridge.clients c union all select k::text from bridge.api_keys k
            union all select encode(ciphertext, 'escape') from bridge.signing_secrets) everything
        """).SingleAsync());
}
