using System.Net;
using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Keys.UpstreamKeys;

public sealed class UpstreamKeysApiTests(PostgresServer server) : IAsyncLifetime
{
    private const string Key = "sk-canary-0123456789", Path = KeyOwner.Path;

    private BridgeApplication _bridge = null!;
    private KeyOwner _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _owner = await KeyOwner.CreateAsync(_bridge);
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    public static TheoryData<string, string, string, string> Faults =>
    [
        ("main", "{}", "key", "is required"),
        ("main", """{"key":null}""", "key", "is required"),
        ("main", """{"key":""}""", "key", "must not be empty"),
        ("main", """{"key":7}""", "key", "must be text"),
        ("main", """{"key":"Bearer sk-1"}""", "key", "without blanks"),
        ("main", """{"key":"sk-1\n"}""", "key", "control characters"),
        ("main", """{"key":"sk-é"}""", "key", "visible ASCII"),
        ("main", $$"""{"key":"{{new string('k', 1025)}}"}""", "key", "at most 1024 characters"),
        ("main", """{"key":"sk-1","base_url":"ftp://127.0.0.1"}""", "base_url", "absolute http or https URL"),
        ("main", """{"key":"sk-1","base_url":"https://evil.example/v1"}""", "base_url", "one that the operator allows"),
        ("main", """{"key":"sk-1","base_url":"http://127.0.0.1:9/other"}""", "base_url", "one that the operator allows"),
        ("main", """{"key":"sk-1","base_url":"http://127.0.0.1:9?a=1"}""", "base_url", "neither user name nor query"),
        ("main", """{"key":"sk-1","base_url":"http://u@127.0.0.1:9"}""", "base_url", "user name"),
        ("main", """{"key":"sk-1","max_requests_per_second":0}""", "max_requests_per_second", "from 1 to 100000"),
        ("main", """{"key":"sk-1","max_requests_per_second":100001}""", "max_requests_per_second", "from 1 to 100000"),
        ("main", """{"key":"sk-1","max_requests_per_second":"5"}""", "max_requests_per_second", "whole number"),
        ("main", """{"key":"sk-1","kee":"x"}""", "kee", "did you mean key?"),
        ("main", """{"key":"sk-1","key":"sk-2"}""", "key", "twice"),
        ("Main", """{"key":"sk-1"}""", "name", "1 to 64 characters of a-z, 0-9, _ and -"),
        ("a.b", """{"key":"sk-1"}""", "name", "1 to 64 characters"),
        ("%C3%A9", """{"key":"sk-1"}""", "name", "1 to 64 characters"),
        (new string('a', 65), """{"key":"sk-1"}""", "name", "1 to 64 characters"),
    ];

    [Fact]
    public async Task Put_Anew_Answers201WithEverythingButTheValue()
    {
        using var answer = await _owner.PutAsync("second_key-1", new { key = Key, max_requests_per_second = 7 });

        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Body);
        answer.Header("Location").ShouldBe($"{Path}/second_key-1");
        var view = answer.Read(BridgeJson.Wire.UpstreamKeyView);
        (view.Name, view.BaseUrl, view.LastFour, view.MaxRequestsPerSecond).ShouldBe(("second_key-1", "http://127.0.0.1:9", "6789", 7));
        (view.State, view.Reason, view.StatusCode, view.ClientId).ShouldBe((UpstreamKeyStates.Active, null, null, null));
        view.StateSince.ShouldBe(view.SetAt, TimeSpan.FromSeconds(5));
        view.CreatedAt.ShouldBe(view.SetAt, TimeSpan.FromSeconds(5));
        (await _owner.GetAsync("second_key-1")).ShouldBe(view);
    }

    [Fact]
    public async Task Put_Again_Answers200AndReplacesAllOfIt()
    {
        using var first = await _owner.PutAsync("main", new { key = Key, max_requests_per_second = 7 });
        using var second = await _owner.PutAsync("main", new { key = "sk-another-4711", base_url = "http://127.0.0.1:9/" });

        second.Status.ShouldBe(HttpStatusCode.OK, second.Body);
        var view = second.Read(BridgeJson.Wire.UpstreamKeyView);
        (view.LastFour, view.BaseUrl, view.MaxRequestsPerSecond).ShouldBe(("4711", "http://127.0.0.1:9", null));
        view.CreatedAt.ShouldBe(first.Read(BridgeJson.Wire.UpstreamKeyView).CreatedAt);
        view.SetAt.ShouldBeGreaterThanOrEqualTo(view.CreatedAt);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.upstream_keys where client_id is not null")).ShouldBe(1);
    }

    [Theory]
    [InlineData("12345678901", null)]
    [InlineData("123456789012", "9012")]
    public async Task LastFour_OfAShortKey_IsNotShown(string key, string? shown) =>
        (await _owner.SetAsync("main", key)).LastFour.ShouldBe(shown);

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Put_Wrong_NamesTheMemberAndStoresNothing(string name, string body, string field, string message)
    {
        using var answer = await _owner.Caller.SendAsync(HttpMethod.Put, $"{Path}/{name}", Encoding.UTF8.GetBytes(body));

        answer.ShouldBeInvalid(field, message);
        answer.Body.ShouldNotContain("sk-1");
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.upstream_keys where client_id is not null")).ShouldBe(0);
    }

    [Theory]
    [InlineData("http://allowed.example", "must begin with https://")]
    [InlineData("https://other.example", "one that the operator allows")]
    [InlineData("https://ALLOWED.example:443/api/", null)]
    public async Task BaseUrl_WhereTheOperatorsIsHttps_HasToBeHttpsAndAllowed(string baseUrl, string? fault)
    {
        await using var bridge = await BridgeApplication.StartAsync(
            server, null, ("Bridge:Upstream:BaseUrl", "https://upstream.example/api"),
            ("Bridge:Upstream:AllowedBaseUrls", "https://allowed.example/api,http://allowed.example"));
        var owner = await KeyOwner.CreateAsync(bridge);

        using var answer = await owner.PutAsync("main", new { key = Key, base_url = baseUrl });

        if (fault is not null) answer.ShouldBeInvalid("base_url", fault);
        else answer.Read(BridgeJson.Wire.UpstreamKeyView).BaseUrl.ShouldBe("https://allowed.example/api");
        (await owner.SetAsync("usual", Key)).BaseUrl.ShouldBe("https://upstream.example/api");
    }

    [Fact]
    public async Task List_IsNewestFirstInPages()
    {
        foreach (var name in (string[])["a", "b", "c"]) await _owner.SetAsync(name, Key);

        using var first = await _owner.Caller.GetAsync($"{Path}?limit=2");
        var page = first.Read(BridgeJson.Wire.PageUpstreamKeyView);
        using var second = await _owner.Caller.GetAsync($"{Path}?limit=2&cursor={page.NextCursor}");

        page.Data.Select(key => key.Name).ShouldBe(["c", "b"]);
        second.Read(BridgeJson.Wire.PageUpstreamKeyView).Data.Select(key => key.Name).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Client_MeetsNobodyElsesKeys()
    {
        await _owner.SetAsync("main", Key);
        var other = await KeyOwner.CreateAsync(_bridge, "other");

        using var list = await other.Caller.GetAsync(Path);
        using var get = await other.Caller.GetAsync($"{Path}/main");
        using var operators = await other.Caller.GetAsync($"{Path}/default");
        using var delete = await other.Caller.DeleteAsync($"{Path}/main");
        await other.SetAsync("main", "sk-of-the-other-one");

        list.Read(BridgeJson.Wire.PageUpstreamKeyView).Data.ShouldBeEmpty();
        using var asking = await other.Caller.SendAsync(HttpMethod.Get, Path, headers: ("Kyy-Client", _owner.PublicId));
        asking.ShouldBeInvalid("Kyy-Client", "admins only");
        foreach (var refused in (TestAnswer[])[get, operators, delete]) refused.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        (await _owner.GetAsync("main")).LastFour.ShouldBe("6789");
        (await other.GetAsync("main")).LastFour.ShouldBe("-one");
    }

    [Fact]
    public async Task Admin_ActsForTheClientThatItNames()
    {
        var (admin, header) = (_bridge.AsAdmin(), ("Kyy-Client", _owner.PublicId));
        using var nameless = await admin.SendAsync(HttpMethod.Put, $"{Path}/main", "{\"key\":\"sk-1\"}"u8.ToArray());
        using var put = await admin.SendAsync(HttpMethod.Put, $"{Path}/main", "{\"key\":\"sk-1\"}"u8.ToArray(), headers: header);
        await (await KeyOwner.CreateAsync(_bridge, "other")).SetAsync("theirs", Key);
        using var list = await admin.GetAsync(Path);
        using var ofOne = await admin.SendAsync(HttpMethod.Get, Path, headers: header);
        using var ofNobody = await admin.SendAsync(HttpMethod.Get, Path, headers: ("Kyy-Client", "cli_nobody"));

        nameless.ShouldBeInvalid("Kyy-Client", "is required from an admin");
        put.Read(BridgeJson.Wire.UpstreamKeyView).ClientId.ShouldBe(_owner.PublicId);
        (await _owner.GetAsync("main")).ClientId.ShouldBeNull();
        var listed = list.Read(BridgeJson.Wire.PageUpstreamKeyView).Data;
        listed.Select(key => key.Name).ShouldBe(["theirs", "main"]);
        listed[1].ClientId.ShouldBe(_owner.PublicId);
        ofOne.Read(BridgeJson.Wire.PageUpstreamKeyView).Data.Select(key => key.Name).ShouldBe(["main"]);
        ofNobody.ShouldBeInvalid("Kyy-Client", "must be the id of one client");
    }

    [Fact]
    public async Task Delete_LeavesNothingOfTheValue()
    {
        await _owner.SetAsync("main", Key);
        var id = await _owner.IdOfAsync("main");

        using var deleted = await _owner.Caller.DeleteAsync($"{Path}/main");
        using var again = await _owner.Caller.DeleteAsync($"{Path}/main");
        using var get = await _owner.Caller.GetAsync($"{Path}/main");
        using var list = await _owner.Caller.GetAsync(Path);

        deleted.Status.ShouldBe(HttpStatusCode.NoContent, deleted.Body);
        again.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        get.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        list.Read(BridgeJson.Wire.PageUpstreamKeyView).Data.ShouldBeEmpty();
        (await _bridge.Database.ScalarAsync<bool>("""
            select coalesce(ciphertext::text, base_url, last_four, budget_id::text, set_at::text) is null
            from bridge.upstream_keys where id = $1
            """, id)).ShouldBeTrue();
    }

    [Fact]
    public async Task Delete_OfAClient_TakesItsKeysAlong()
    {
        await _owner.SetAsync("main", Key);

        using var deleted = await _bridge.AsAdmin().DeleteAsync($"/v1/admin/clients/{_owner.PublicId}");

        deleted.Status.ShouldBe(HttpStatusCode.NoContent, deleted.Body);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.upstream_keys where ciphertext is not null")).ShouldBe(0);
    }

    [Fact]
    public async Task Put_OneKeyMoreThanAClientMayHave_Answers429()
    {
        await _owner.SetAsync("main", Key);
        await _bridge.Database.ExecuteAsync("""
            insert into bridge.upstream_keys (id, client_id, name, created_at, budget_id, base_url, ciphertext, set_at)
            select bridge.new_id(), client_id, 'key' || n, created_at, budget_id, base_url, ciphertext, set_at
            from bridge.upstream_keys, generate_series(1, 99) n where name = 'main'
            """);

        using var more = await _owner.PutAsync("more", new { key = Key });
        using var known = await _owner.PutAsync("key99", new { key = Key });

        more.ShouldBeProblem(HttpStatusCode.TooManyRequests, "quota").Detail.ShouldNotBeNull().ShouldContain("100");
        known.Status.ShouldBe(HttpStatusCode.OK, known.Body);
    }

    [Fact]
    public async Task Put_ManyAtOnce_MakesOneKey()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => _owner.PutAsync("main", new { key = $"sk-at-once-000{i % 2}" })));

        answers.Count(answer => answer.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(7);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.upstream_keys where client_id is not null")).ShouldBe(1);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.upstream_budgets")).ShouldBe(2);
    }
}
