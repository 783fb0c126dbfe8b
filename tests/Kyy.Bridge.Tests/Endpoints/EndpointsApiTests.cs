using System.Net;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Endpoints;

public sealed class EndpointsApiTests(PostgresServer server) : IAsyncLifetime
{
    private const string Path = EndpointOwner.Path, Url = "https://hooks.example.test/a?b=%2F";

    private BridgeApplication _bridge = null!;
    private EndpointOwner _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server, null, ("Bridge:Limits:Endpoints", "3"));
        _owner = await EndpointOwner.CreateAsync(_bridge);
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task A_new_endpoint_is_answered_with_every_member_and_listens_for_the_ends()
    {
        using var answer = await _owner.PostAsync(new { url = Url });

        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Body);
        var body = JsonElement.Parse(answer.Body);
        body.EnumerateObject().Select(member => member.Name).ShouldBe([
            "id", "url", "events", "families", "description", "rate_limit_per_second", "headers", "status", "disabled_reason",
            "failing_since", "created_at", "secret",
        ]);
        var made = answer.Read(BridgeJson.Wire.EndpointCreated);
        answer.Header("Location").ShouldBe($"/v1/endpoints/{made.Id}");
        made.Id.ShouldStartWith("ep_");
        made.Secret.ShouldStartWith("whsec_");
        made.Events.ShouldBe([
            EventTypes.TaskCompleted, EventTypes.TaskCompletedWithoutUrl, EventTypes.TaskFailed, EventTypes.TaskCancelled,
            EventTypes.TaskExpired, EventTypes.TaskLost, EventTypes.TaskTimedOut,
        ]);
        (made.Url, made.Families, made.Description, made.RateLimitPerSecond, made.Status, made.DisabledReason, made.FailingSince)
            .ShouldBe((Url, null, null, null, "enabled", null, null));
        made.Headers.ShouldBeEmpty();
        (await _bridge.Database.ScalarAsync<string>(
            "select d.host || ' ' || e.host from bridge.destinations d join bridge.endpoints e on e.id = d.endpoint_id"))
            .ShouldBe($"{made.Id} hooks.example.test:443");
    }

    [Fact]
    public async Task What_was_given_is_shown_by_one_and_by_the_list_but_for_secret_and_values()
    {
        var secret = "whsec_" + Convert.ToBase64String(new byte[24]);
        var made = await _owner.MakeAsync(new
        {
            url = Url,
            events = (string[])["task.failed", "endpoint.disabled", "upstream_key.rejected", "task.archived"],
            families = (string[])["veo", "default"],
            description = "Orders, 订单",
            secret,
            rate_limit_per_second = 10_000,
            headers = new Dictionary<string, string> { ["X-Tenant"] = "acme", ["Authorization"] = "Bearer hidden" },
        });
        var other = await _owner.MakeAsync();

        using var one = await _owner.Caller.GetAsync($"{Path}/{made.Id}");
        using var first = await _owner.Caller.GetAsync($"{Path}?limit=1");
        var page = first.Read(BridgeJson.Wire.PageEndpointView);
        using var second = await _owner.Caller.GetAsync($"{Path}?limit=1&cursor={page.NextCursor}");

        made.Secret.ShouldBe(secret);
        made.Headers.ShouldBe(["X-Tenant", "Authorization"]);
        var view = one.Read(BridgeJson.Wire.EndpointView);
        (view.Url, view.Description, view.RateLimitPerSecond).ShouldBe((Url, "Orders, 订单", 10_000));
        view.Events.ShouldBe(["task.failed", "endpoint.disabled", "upstream_key.rejected", "task.archived"]);
        view.Families.ShouldBe(["veo", "default"]);
        page.Data.Single().Id.ShouldBe(other.Id);
        second.Body.ShouldBe($$"""{"data":[{{one.Body}}],"next_cursor":null}""");
        one.Body.ShouldNotContain("whsec_");
        one.Body.ShouldNotContain("hidden");
    }

    [Theory]
    [InlineData("{}", "url", "is required")]
    [InlineData("""{"url":null}""", "url", "is required")]
    [InlineData("""{"url":"/relative"}""", "url", "must be an absolute http or https URL")]
    [InlineData("""{"url":"ftp://a.example.test/"}""", "url", "must be an absolute http or https URL")]
    [InlineData("""{"url":"https://me@a.example.test/"}""", "url", "must not hold a user name or password")]
    [InlineData("""{"url":"https://a.example.test/#x"}""", "url", "must not have a fragment")]
    [InlineData("""{"url":"http://10.0.0.1/"}""", "url", "must not name an address")]
    [InlineData("""{"url":"https://a.example.test/","events":[]}""", "events", "must be a list of 1 to")]
    [InlineData("""{"url":"https://a.example.test/","events":["task.done"]}""", "events[0]", "must be one of")]
    [InlineData("""{"url":"https://a.example.test/","events":["task.lost","task.lost"]}""", "events", "must not name one twice")]
    [InlineData("""{"url":"https://a.example.test/","families":["sora"]}""", "families[0]", "must be one of")]
    [InlineData("""{"url":"https://a.example.test/","rate_limit_per_second":0}""", "rate_limit_per_second", "from 1 to 10000")]
    [InlineData("""{"url":"https://a.example.test/","rate_limit_per_second":10001}""", "rate_limit_per_second", "from 1 to 10000")]
    [InlineData("""{"url":"https://a.example.test/","description":"a\nb"}""", "description", "control characters")]
    [InlineData("""{"url":"https://a.example.test/","secret":"whsec_AAAA"}""", "secret", "24 to 64 bytes")]
    [InlineData("""{"url":"https://a.example.test/","secret":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "secret", "must be whsec_")]
    [InlineData("""{"url":"https://a.example.test/","headers":["X-Tenant"]}""", "headers", "must be an object")]
    [InlineData("""{"url":"https://a.example.test/","headers":{"X-A":1}}""", "headers.X-A", "visible ASCII")]
    [InlineData("""{"url":"https://a.example.test/","headers":{"X-A":"1","x-a":"2"}}""", "headers", "twice")]
    [InlineData("""{"url":"https://a.example.test/","headers":{"X-A":"1","X-A":"2"}}""", "headers", "twice")]
    [InlineData("""{"url":"https://a.example.test/","ulr":1}""", "ulr", "did you mean url?")]
    public async Task What_is_wrong_is_named_and_nothing_is_made(string body, string field, string message)
    {
        using var answer = await _owner.Caller.PostTextAsync(Path, body);

        answer.ShouldBeInvalid(field, message);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.endpoints")).ShouldBe(0);
    }

    [Fact]
    public async Task Lengths_and_numbers_are_limited()
    {
        var url = "https://a.example.test/" + new string('x', 2_048);
        var headers = Enumerable.Range(0, 21).ToDictionary(i => $"X-{i}", _ => "1");
        using var answer = await _owner.PostAsync(new { url, description = new string('d', 501), headers });

        answer.ShouldBeInvalid("url", "at most 2048");
        answer.ShouldBeInvalid("description", "at most 500");
        answer.ShouldBeInvalid("headers", "20 at most");
    }

    [Fact]
    public async Task A_change_keeps_what_is_absent_and_clears_what_is_null()
    {
        var made = await _owner.MakeAsync(new
        {
            url = Url,
            events = (string[])["task.failed"],
            families = (string[])["veo"],
            description = "Orders",
            rate_limit_per_second = 5,
            headers = new Dictionary<string, string> { ["X-Tenant"] = "acme" },
        });

        var same = await _owner.ChangeAsync(made.Id, new { });
        var some = await _owner.ChangeAsync(made.Id, new { events = (string[])["task.lost"], description = "Other" });
        using var cleared = await _owner.PatchAsync(
            made.Id, """{"events":null,"families":null,"description":null,"rate_limit_per_second":null,"headers":null}""");

        JsonSerializer.Serialize(same, BridgeJson.Wire.EndpointView)
            .ShouldBe(JsonSerializer.Serialize<EndpointView>(made, BridgeJson.Wire.EndpointView));
        some.Events.ShouldBe(["task.lost"]);
        (some.Description, some.RateLimitPerSecond, some.Url).ShouldBe(("Other", 5, Url));
        some.Headers.ShouldBe(["X-Tenant"]);
        var view = cleared.Read(BridgeJson.Wire.EndpointView);
        view.Events.Count.ShouldBe(7);
        (view.Families, view.Description, view.RateLimitPerSecond, view.Url).ShouldBe((null, null, null, Url));
        view.Headers.ShouldBeEmpty();
        (await _bridge.Database.ScalarAsync<bool>("select headers is null from bridge.endpoints")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"url":null}""", "url", "is required")]
    [InlineData("""{"url":"http://10.0.0.1/"}""", "url", "must not name an address")]
    [InlineData("""{"secret":"whsec_x"}""", "secret", "is not known here")]
    [InlineData("""{"status":"enabled"}""", "status", "is not known here")]
    [InlineData("""{"rate_limit_per_second":"5"}""", "rate_limit_per_second", "whole number")]
    [InlineData("[]", "$", "must be an object")]
    public async Task A_change_that_is_wrong_changes_nothing(string body, string field, string message)
    {
        var made = await _owner.MakeAsync();

        using var answer = await _owner.PatchAsync(made.Id, body);

        answer.ShouldBeInvalid(field, message);
        (await _owner.GetAsync(made.Id)).Url.ShouldBe(made.Url);
    }

    [Fact]
    public async Task Headers_do_not_follow_the_address_to_another_host()
    {
        var made = await _owner.MakeAsync(new { url = Url, headers = new Dictionary<string, string> { ["X-Key"] = "hidden" } });

        using var elsewhere = await _owner.PatchAsync(made.Id, """{"url":"https://other.example.test/a"}""");
        using var unencrypted = await _owner.PatchAsync(made.Id, """{"url":"http://hooks.example.test:443/a"}""");
        var path = await _owner.ChangeAsync(made.Id, new { url = "https://HOOKS.example.test/other" });
        var anew = await _owner.ChangeAsync(
            made.Id, new { url = "https://other.example.test/a", headers = new Dictionary<string, string> { ["X-Key"] = "new" } });
        using var without = await _owner.PatchAsync(made.Id, """{"url":"https://third.example.test/a","headers":null}""");

        elsewhere.ShouldBeInvalid("headers", "must be given with a url of another scheme, host or port");
        unencrypted.ShouldBeInvalid("headers", "must be given with a url of another scheme, host or port");
        path.Headers.ShouldBe(["X-Key"]);
        anew.Headers.ShouldBe(["X-Key"]);
        without.Status.ShouldBe(HttpStatusCode.OK, without.Body);
        (await _bridge.Database.ScalarAsync<string>("select host from bridge.endpoints")).ShouldBe("third.example.test:443");
    }

    [Fact]
    public async Task Another_address_begins_without_the_failures_of_the_old_one()
    {
        var made = await _owner.MakeAsync();
        var id = EndpointOwner.Id(TypeId.Endpoint, made.Id);
        await _bridge.Database.FailAsync(id);

        (await _owner.ChangeAsync(made.Id, new { description = "same" })).FailingSince.ShouldNotBeNull();
        (await _owner.ChangeAsync(made.Id, new { rate_limit_per_second = 7 })).FailingSince.ShouldNotBeNull();
        (await _bridge.Database.HealthAsync(id)).ShouldNotBeEmpty();
        (await _owner.ChangeAsync(made.Id, new { url = "https://hooks.example.test/b" })).FailingSince.ShouldBeNull();

        (await _bridge.Database.HealthAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_has_so_many_endpoints_at_most_however_many_are_asked_for_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _owner.PostAsync(new { url = Url })));
        var refused = answers.Where(answer => answer.Status != HttpStatusCode.Created).ToArray();

        refused.Length.ShouldBe(5);
        foreach (var answer in refused)
            answer.ShouldBeProblem(HttpStatusCode.TooManyRequests, "quota").Detail!.ShouldContain("3 endpoints");
        using var deleted = await _owner.Caller.DeleteAsync($"{Path}/{answers.First(answer => answer.Status == HttpStatusCode.Created)
            .Read(BridgeJson.Wire.EndpointCreated).Id}");
        await _owner.MakeAsync();
        await (await EndpointOwner.CreateAsync(_bridge, "other")).MakeAsync();
    }

    [Fact]
    public async Task A_repetition_with_the_same_key_is_the_same_endpoint_with_its_secret()
    {
        using var first = await _owner.Caller.PostAsync(Path, new { url = Url }, ("Idempotency-Key", "one"));
        using var again = await _owner.Caller.PostAsync(Path, new { url = Url }, ("Idempotency-Key", "one"));

        again.Body.ShouldBe(first.Body);
        again.Header("Idempotent-Replayed").ShouldBe("true");
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.endpoints")).ShouldBe(1);
    }

    [Fact]
    public async Task Another_client_s_endpoint_is_not_there_for_any_verb_and_an_admin_sees_whose_it_is()
    {
        var made = await _owner.MakeAsync();
        var other = await EndpointOwner.CreateAsync(_bridge, "other");
        var theirs = await other.MakeAsync();

        foreach (var id in (string[])[made.Id, "ep_01h2e8kqvbfwea724h75qc655w", "tsk_01h2e8kqvbfwea724h75qc655w", "nonsense"])
        {
            foreach (var (method, route, body) in Verbs)
            {
                using var answer = await other.Caller.SendAsync(
                    method, $"{Path}/{id}{route}", body is null ? null : JsonSerializer.SerializeToUtf8Bytes(body));
                answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
            }
        }

        using var list = await other.Caller.GetAsync(Path);
        list.Read(BridgeJson.Wire.PageEndpointView).Data.Single().Id.ShouldBe(theirs.Id);
        using var all = await _bridge.AsAdmin().GetAsync(Path);
        all.Read(BridgeJson.Wire.PageEndpointView).Data.Select(view => (view.Id, view.ClientId))
            .ShouldBe([(theirs.Id, other.Client.Id), (made.Id, _owner.Client.Id)]);
        (await _owner.GetAsync(made.Id)).ClientId.ShouldBeNull();
    }

    [Fact]
    public async Task An_admin_makes_and_changes_endpoints_for_a_client_that_it_names()
    {
        var admin = _bridge.AsAdmin();
        using var nameless = await admin.PostAsync(Path, new { url = Url });
        using var made = await admin.PostAsync(Path, new { url = Url }, ("Kyy-Client", _owner.Client.Id));
        var endpoint = made.Read(BridgeJson.Wire.EndpointCreated);
        using var disabled = await admin.SendAsync(HttpMethod.Post, $"{Path}/{endpoint.Id}/disable");
        using var deleted = await admin.DeleteAsync($"{Path}/{endpoint.Id}");

        nameless.ShouldBeInvalid("Kyy-Client", "is required from an admin");
        endpoint.ClientId.ShouldBe(_owner.Client.Id);
        disabled.Read(BridgeJson.Wire.EndpointView).Status.ShouldBe("disabled");
        deleted.Status.ShouldBe(HttpStatusCode.NoContent);
    }

    private static IEnumerable<(HttpMethod Method, string Route, object? Body)> Verbs =>
    [
        (HttpMethod.Get, "", null),
        (HttpMethod.Patch, "", new { description = "mine" }),
        (HttpMethod.Delete, "", null),
        (HttpMethod.Get, "/secret", null),
        (HttpMethod.Post, "/secret/rotate", new { overlap_seconds = 0 }),
        (HttpMethod.Post, "/test", new { type = "task.failed" }),
        (HttpMethod.Post, "/enable", null),
        (HttpMethod.Post, "/disable", null),
        (HttpMethod.Post, "/replay", new { since = "2026-11-20T09:10:11.123Z", only = "all" }),
    ];
}
