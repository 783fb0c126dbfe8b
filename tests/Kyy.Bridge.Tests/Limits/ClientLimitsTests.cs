using System.Globalization;
using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Limits;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Limits;

public sealed class ClientLimitsTests(PostgresServer server)
{
    private const string Limit = "X-RateLimit-Limit", Remaining = "X-RateLimit-Remaining", Reset = "X-RateLimit-Reset";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryAnswerToAClient_SaysWhatIsLeft_AndNoneToAnAdmin()
    {
        await using var bridge = await BridgeApplication.StartAsync(
            server, api => api.MapGet("/broken", string () => throw new InvalidOperationException("on purpose")),
            ("Bridge:Limits:RequestsPerSecond", "1"));
        var client = bridge.As((await bridge.CreateClientAsync()).ApiKey);

        foreach (var (path, status) in new[]
        {
            ("/v1/tasks", HttpStatusCode.OK), ("/v1/tasks?x=1", HttpStatusCode.BadRequest), ("/v1/nothing", HttpStatusCode.NotFound),
            ("/v1/admin/clients", HttpStatusCode.Forbidden), ("/v1/broken", HttpStatusCode.InternalServerError),
        })
        {
            using var answer = await client.GetAsync(path);
            answer.Status.ShouldBe(status, answer.Body);
            answer.Header(Limit).ShouldBe("10000", path);
            int.Parse(answer.Header(Remaining)!, CultureInfo.InvariantCulture).ShouldBeInRange(9_900, 9_999);
            int.Parse(answer.Header(Reset)!, CultureInfo.InvariantCulture).ShouldBeInRange(1, 100);
        }

        foreach (var caller in new[] { bridge.AsAdmin(), bridge.As(null) })
        {
            using var answer = await caller.GetAsync("/v1/tasks");
            answer.Header(Limit).ShouldBeNull();
        }

        using var probe = await client.GetAsync("/healthz/live");
        probe.Header(Limit).ShouldBeNull();
    }

    [Fact]
    public async Task Flood_IsRefusedInTime_AndOthersAreServed()
    {
        await using var bridge = await BridgeApplication.StartAsync(server, settings: ("Bridge:Limits:RequestsPerSecond", "1"));
        var flooding = await bridge.CreateClientAsync();
        var quiet = await bridge.CreateClientAsync("quiet");
        var flood = bridge.As(flooding.ApiKey);
        using var batch = await flood.PostTextAsync("/v1/tasks/batch", BadItems(9_900));
        batch.Status.ShouldBe(HttpStatusCode.OK);

        using var tooMany = await flood.PostTextAsync("/v1/tasks/batch", BadItems(500), ("Idempotency-Key", "later"));
        var rates = bridge.Services.GetRequiredService<RequestRates>();
        var id = await IdAsync(bridge, "acme");
        rates.Take(id, rates.Of(id).Remaining).Remaining.ShouldBe(0);
        using var refused = await flood.GetAsync("/v1/tasks");
        using var other = await bridge.As(quiet.ApiKey).GetAsync("/v1/tasks");
        using var admin = await bridge.AsAdmin().SendAsync(HttpMethod.Get, "/v1/signing-secret", headers: ("Kyy-Client", flooding.Id));
        bridge.Clock.Advance(TimeSpan.FromSeconds(600));
        using var later = await flood.PostTextAsync("/v1/tasks/batch", BadItems(500), ("Idempotency-Key", "later"));

        tooMany.ShouldBeProblem(HttpStatusCode.TooManyRequests, "quota");
        int.Parse(tooMany.Header("Retry-After")!, CultureInfo.InvariantCulture).ShouldBeInRange(350, 450);
        refused.ShouldBeProblem(HttpStatusCode.TooManyRequests, "quota");
        refused.Header(Remaining).ShouldBe("0");
        other.Status.ShouldBe(HttpStatusCode.OK);
        admin.Status.ShouldBe(HttpStatusCode.OK);
        later.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task TasksInFlight_BeyondTheLimit_AreRefusedOneByOne_UntilSomeEnd()
    {
        await using var bridge = await BridgeApplication.StartAsync(server, settings: ("Bridge:Limits:TasksInFlight", "3"));
        var created = await bridge.CreateClientAsync();
        var (client, caller) = (bridge.ClientOf(created.ApiKey), bridge.As(created.ApiKey));
        await client.RegisterAsync(new() { TaskId = "video_1" }, cancellationToken: Cancellation);

        var batch = await client.RegisterBatchAsync(
            [.. Enumerable.Range(1, 5).Select(i => new TaskRegistration { TaskId = $"video_{i}" })], cancellationToken: Cancellation);
        using var single = await caller.PostAsync("/v1/tasks", new { task_id = "video_9" });
        using var admin = await bridge.AsAdmin().PostAsync("/v1/tasks", new { task_id = "video_10" }, ("Kyy-Client", created.Id));

        // The first one was there already: it took room for a moment.
        batch.Results.Select(result => result.Status).ShouldBe([200, 201, 429, 429, 429]);
        batch.Results[2].Problem!.Type.ShouldBe("/problems/quota");
        single.Status.ShouldBe(HttpStatusCode.Created, single.Body);
        admin.Status.ShouldBe(HttpStatusCode.Created);
        using var full = await caller.PostAsync("/v1/tasks", new { task_id = "video_11" });
        full.ShouldBeProblem(HttpStatusCode.TooManyRequests, "quota");

        await bridge.Database.ExecuteAsync("update bridge.tasks set status = 'stopped', ended_at = now(), slot_id = null, next_poll_at = null");
        bridge.Clock.Advance(TimeSpan.FromSeconds(1.1));
        using var again = await caller.PostAsync("/v1/tasks", new { task_id = "video_11" });
        again.Status.ShouldBe(HttpStatusCode.Created, again.Body);
    }

    private static string BadItems(int count) => $$"""{"tasks":[{{string.Join(',', Enumerable.Repeat("null", count))}}]}""";

    private static async Task<Guid> IdAsync(BridgeApplication bridge, string name) =>
        await bridge.Database.ScalarAsync<Guid>("select id from bridge.clients where name = $1", name);
}
