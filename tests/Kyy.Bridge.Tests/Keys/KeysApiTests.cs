using System.Net;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Tests.Keys;

public sealed class KeysApiTests(PostgresServer server) : IAsyncLifetime
{
    private const string AdminKeys = "/v1/admin/keys";

    private BridgeApplication _bridge = null!;
    private TestCaller _admin = null!;
    private ClientCreated _client = null!;

    private string ClientKeys => $"/v1/admin/clients/{_client.Id}/keys";

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _admin = _bridge.AsAdmin();
        _client = await _bridge.CreateClientAsync();
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task CreateForClient_WithoutABody_GivesAKeyThatNeverExpires()
    {
        using var answer = await _admin.SendAsync(HttpMethod.Post, ClientKeys);
        answer.Status.ShouldBe(HttpStatusCode.Created);
        var created = answer.Read(BridgeJson.Wire.ApiKeyCreated);

        using var use = await _bridge.As(created.ApiKey).GetAsync("/v1/signing-secret");
        use.Status.ShouldBe(HttpStatusCode.OK);
        var listed = (await ListAsync(ClientKeys))[0];
        (listed.Id, listed.ClientId, listed.Name, listed.ExpiresAt).ShouldBe((created.Id, _client.Id, null, null));
        created.ApiKey.ShouldStartWith(listed.Prefix);
    }

    [Fact]
    public async Task CreateForClient_WithExpiry_ShowsItInUtc()
    {
        using var answer = await _admin.PostTextAsync(ClientKeys, """{"expires_at":"2100-01-01T02:00:00.5+02:00"}""");
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Body);

        using var list = await _admin.GetAsync(ClientKeys);
        list.Body.ShouldContain("\"expires_at\":\"2100-01-01T00:00:00.500Z\"");
    }

    [Theory]
    [InlineData("""{"expires_at":"2020-01-01T00:00:00Z"}""", "expires_at", "must be in the future")]
    [InlineData("""{"expires_at":"tomorrow"}""", "expires_at", "must be a time of RFC 3339")]
    [InlineData("""{"expires_at":1767225600}""", "expires_at", "must be text")]
    [InlineData("""{"expire_at":"2100-01-01T00:00:00Z"}""", "expire_at", "did you mean expires_at?")]
    public async Task CreateForClient_Wrong_NamesTheMember(string body, string member, string message)
    {
        using var answer = await _admin.PostTextAsync(ClientKeys, body);
        answer.ShouldBeInvalid(member, message);
    }

    [Theory]
    [InlineData("cli_01h455vb4pex5vsknk084sn02q")]
    [InlineData("nonsense")]
    public async Task ClientUnknown_IsNotFound(string id)
    {
        using var create = await _admin.SendAsync(HttpMethod.Post, $"/v1/admin/clients/{id}/keys");
        using var list = await _admin.GetAsync($"/v1/admin/clients/{id}/keys");

        create.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        list.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task CreateForAdmin_GivesAnotherAdmin()
    {
        using var answer = await _admin.PostAsync(AdminKeys, new { name = "ops" });
        var created = answer.Read(BridgeJson.Wire.ApiKeyCreated);

        using var use = await _bridge.As(created.ApiKey).GetAsync(AdminKeys);
        var listed = use.Read(BridgeJson.Wire.PageApiKeyView).Data.Single();
        (listed.Id, listed.Name, listed.ClientId).ShouldBe((created.Id, "ops", null));
    }

    [Fact]
    public async Task CreateForAdmin_WithoutAName_IsRefused()
    {
        using var answer = await _admin.PostAsync(AdminKeys, new { });
        answer.ShouldBeInvalid("name", "is required");
    }

    [Fact]
    public async Task Revoke_TakesTheKeyOffTheListAndMayBeRepeated()
    {
        var key = (await ListAsync(ClientKeys)).Single().Id;

        using var revoked = await _admin.DeleteAsync($"{AdminKeys}/{key}");
        using var again = await _admin.DeleteAsync($"{AdminKeys}/{key}");
        using var unknown = await _admin.DeleteAsync($"{AdminKeys}/key_01h455vb4pex5vsknk084sn02q");

        revoked.Status.ShouldBe(HttpStatusCode.NoContent);
        again.Status.ShouldBe(HttpStatusCode.NoContent);
        unknown.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        (await ListAsync(ClientKeys)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Verb_NewName_MakesTheClientAndPrintsItsKeyOnly()
    {
        var (code, output, errors) = await RunVerbAsync("fresh");

        (code, errors).ShouldBe((0, ""));
        using var use = await _bridge.As(output.Trim()).GetAsync("/v1/signing-secret");
        use.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Verb_KnownName_MakesAFurtherKeyOfThatClient()
    {
        var (_, output, _) = await RunVerbAsync(_client.Name);

        (await _bridge.QueryAsync(db => db.Clients.CountAsync())).ShouldBe(1);
        using var own = await _bridge.As(_client.ApiKey).GetAsync("/v1/signing-secret");
        using var further = await _bridge.As(output.Trim()).GetAsync("/v1/signing-secret");
        further.Body.ShouldBe(own.Body);
    }

    [Fact]
    public async Task Verb_NameOfSeveral_IsRefused()
    {
        await _bridge.CreateClientAsync(_client.Name);
        var (code, output, errors) = await RunVerbAsync(_client.Name);

        (code, output).ShouldBe((1, ""));
        errors.ShouldContain("Several clients");
    }

    [Fact]
    public async Task Verb_NameThatIsNone_IsRefused()
    {
        var (code, _, errors) = await RunVerbAsync("");

        code.ShouldBe(1);
        errors.ShouldContain("must not be empty");
    }

    [Fact]
    public async Task DevelopmentAdminKey_IsMadeOnce()
    {
        var key = (await DevelopmentAdminKey.CreateAsync(_bridge.Services, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        (await DevelopmentAdminKey.CreateAsync(_bridge.Services, TestContext.Current.CancellationToken)).ShouldBeNull();

        using var use = await _bridge.As(key).GetAsync(AdminKeys);
        var listed = use.Read(BridgeJson.Wire.PageApiKeyView).Data.Single();
        using var revoked = await _admin.DeleteAsync($"{AdminKeys}/{listed.Id}");
        (await DevelopmentAdminKey.CreateAsync(_bridge.Services, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task TypedClient_ReadsAndWritesTheSame()
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        var client = new BridgeClient(http, new() { BaseAddress = _bridge.Address, ApiKey = BridgeApplication.AdminKey });
        var stop = TestContext.Current.CancellationToken;
        var created = await client.CreateClientAsync(new ClientRegistration("typed"), "once", stop);
        var again = await client.CreateClientAsync(new ClientRegistration("typed"), "once", stop);
        var key = await client.CreateKeyAsync(created.Id, TimeProvider.System.GetUtcNow().AddDays(1), cancellationToken: stop);
        await client.DeleteKeyAsync(key.Id, stop);

        again.ShouldBe(created);
        var keys = await client.ListKeysAsync(created.Id, stop).ToListAsync(stop);
        keys.Single().ClientId.ShouldBe(created.Id);
        TypeId.TryParse(TypeId.Client, created.Id, out _).ShouldBeTrue();
    }

    private async Task<IReadOnlyList<ApiKeyView>> ListAsync(string path)
    {
        using var answer = await _admin.GetAsync(path);
        return answer.Read(BridgeJson.Wire.PageApiKeyView).Data;
    }

    private async Task<(int Code, string Output, string Errors)> RunVerbAsync(string client)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var code = await KeysVerb.CreateAsync(_bridge.Services, client, output, errors, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
