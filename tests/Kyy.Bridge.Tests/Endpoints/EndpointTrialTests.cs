using System.Net;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Endpoints;

public sealed class EndpointTrialTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private ReceiverServer _receiver = null!;
    private EndpointOwner _owner = null!;
    private EndpointCreated _endpoint = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server, null, ("Bridge:Delivery:Timeout", "1s"));
        _receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        _owner = await EndpointOwner.CreateAsync(_bridge);
        _endpoint = await _owner.MakeAsync(new { url = _receiver.Hook().AbsoluteUri });
        _receiver.Secrets = [WebhookSecret.Parse(_endpoint.Secret)];
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_ping_is_a_signed_webhook_that_is_stored_nowhere_and_comes_while_disabled_too()
    {
        await _owner.ActAsync(_endpoint.Id, "disable");

        var attempt = await _owner.TestAsync(_endpoint.Id);

        (attempt.Number, attempt.StatusCode, attempt.Error, attempt.ResponseBody).ShouldBe((1, 204, null, ""));
        var webhook = _receiver.Webhooks.ShouldHaveSingleItem();
        webhook.Verification.ShouldBe(WebhookVerification.Verified);
        webhook.WebhookId.ShouldStartWith("evt_");
        webhook.Headers["traceparent"].ShouldNotBeEmpty();
        var ping = WebhookEvent.Read(webhook.Body.Span);
        ping.Type.ShouldBe(EventTypes.EndpointPing);
        var about = Endpoint(ping);
        (about.Id, about.Url, about.Status, about.DisabledReason, about.FailingSince, about.ClientId)
            .ShouldBe((_endpoint.Id, _endpoint.Url, "disabled", "by_request", null, _owner.Client.Id));
        about.DisabledAt.ShouldNotBeNull();
        (await _bridge.Database.ScalarAsync<long>(
            "select (select count(*) from bridge.events) + (select count(*) from bridge.deliveries)")).ShouldBe(0);
    }

    [Fact]
    public async Task Every_known_event_has_an_example_with_the_members_of_the_real_one()
    {
        string[] members = [.. Members(JsonSerializer.Serialize(
            new TaskEventData { Id = "", TaskId = "", ServiceTier = "", Status = "", Ended = false, RegisteredAt = default, Sequence = 0 },
            BridgeJson.Wire.TaskEventData))];
        foreach (var type in EndpointEvents.All) (await _owner.TestAsync(_endpoint.Id, type)).StatusCode.ShouldBe(204);

        EndpointEvents.All.ShouldBe(
            typeof(EventTypes).GetFields().Select(field => (string)field.GetRawConstantValue()!), ignoreOrder: true);
        _receiver.Webhooks.Select(webhook => webhook.WebhookId).ShouldBeUnique();
        var events = _receiver.Webhooks.Select(webhook => WebhookEvent.Read(webhook.Body.Span)).ToDictionary(made => made.Type);
        events.Keys.ShouldBe(EndpointEvents.All);
        foreach (var type in EndpointEvents.All.Where(type => type.StartsWith("task.", StringComparison.Ordinal)))
        {
            Members(events[type].Data.ToString()).ShouldBe(members, type);
            var task = events[type].ReadTask()!;
            if (type is not (EventTypes.TaskArchived or EventTypes.TaskResultRefreshed)) type.ShouldBe($"task.{task.Status}");
            task.Ended.ShouldBe(type is not (EventTypes.TaskQueued or EventTypes.TaskProcessing), type);
            (task.VideoUrl is null).ShouldBe(task.Status != TaskStatuses.Completed, type);
            (task.Error is null).ShouldBe(!task.Ended || task.Status == TaskStatuses.Completed, type);
        }

        events[EventTypes.TaskArchived].ReadTask()!.Archive.ShouldNotBeNull();
        Endpoint(events[EventTypes.EndpointDisabled]).DisabledReason.ShouldBe("failing");
        events[EventTypes.UpstreamKeyRejected].ReadUpstreamKey()!.State.ShouldBe("rejected");
    }

    [Fact]
    public async Task A_failure_is_the_answer_and_not_an_error_of_the_route()
    {
        _receiver.Answer = _ => new RawAnswer(500, "text/plain", Encoding.UTF8.GetBytes("no \0 disk"));
        var failed = await _owner.TestAsync(_endpoint.Id);
        _receiver.Answer = _ => new RawAnswer(204) { HeldUntil = new TaskCompletionSource().Task };
        var hung = await _owner.TestAsync(_endpoint.Id);
        await _receiver.DisposeAsync();
        var refused = await _owner.TestAsync(_endpoint.Id);

        (failed.StatusCode, failed.Error, failed.ResponseBody).ShouldBe((500, null, "no   disk"));
        (hung.StatusCode, hung.Error, hung.ResponseBody).ShouldBe((null, "timeout", null));
        hung.DurationMs.ShouldBeInRange(900, 20_000);
        (refused.StatusCode, refused.Error).ShouldBe((null, "refused"));
        (await _owner.GetAsync(_endpoint.Id)).FailingSince.ShouldBeNull();
    }

    [Fact]
    public async Task While_a_receiver_hangs_a_client_has_so_many_tests_at_most_and_no_connection_of_the_database_is_held()
    {
        var release = new TaskCompletionSource();
        _receiver.Answer = _ => new RawAnswer(204) { HeldUntil = release.Task };
        var other = await EndpointOwner.CreateAsync(_bridge, "other");
        var theirs = await other.MakeAsync(_receiver.Hook("theirs").AbsoluteUri);

        var hanging = Enumerable.Range(0, EndpointTrial.MostAtOnce).Select(_ => PostAsync(_owner, _endpoint.Id)).ToArray();
        await Wait.UntilAsync(() => _receiver.Webhooks.Count == EndpointTrial.MostAtOnce, "all tests are under way");
        (await _bridge.Database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'")).ShouldBe(0);
        using var more = await PostAsync(_owner, _endpoint.Id);
        var another = PostAsync(other, theirs.Id);
        await Wait.UntilAsync(() => _receiver.Webhooks.Count == EndpointTrial.MostAtOnce + 1, "the other client's test is under way");
        release.SetResult();

        more.ShouldBeProblem(HttpStatusCode.TooManyRequests, "quota");
        foreach (var answer in await Task.WhenAll([.. hanging, another])) answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        using var after = await PostAsync(_owner, _endpoint.Id);
        after.Status.ShouldBe(HttpStatusCode.OK, after.Body);
    }

    [Fact]
    public async Task A_type_that_is_not_known_and_an_address_that_is_not_allowed_reach_nobody()
    {
        using var unknown = await _owner.Caller.PostAsync($"{EndpointOwner.Path}/{_endpoint.Id}/test", new { type = "task.done" });
        await using var strict = await BridgeApplication.StartAsync(
            _bridge.Database, _bridge.Database.DataSource, ownsDatabase: false, null,
            ("Bridge:Callbacks:AllowedNetworks", "198.51.100.0/24"));
        using var guarded = await strict.As(_owner.Client.ApiKey).PostAsync($"{EndpointOwner.Path}/{_endpoint.Id}/test", new { });

        unknown.ShouldBeInvalid("type", "must be one of");
        guarded.Read(BridgeJson.Wire.BridgeDeliveryAttempt).Error.ShouldBe("guard");
        _receiver.Webhooks.ShouldBeEmpty();
    }

    private static Task<TestAnswer> PostAsync(EndpointOwner owner, string id) =>
        owner.Caller.PostAsync($"{EndpointOwner.Path}/{id}/test", new { });

    private static EndpointEventData Endpoint(WebhookEvent made) => made.Data.Read(BridgeJson.Wire.EndpointEventData)!;

    private static IEnumerable<string> Members(string json) => JsonElement.Parse(json).EnumerateObject().Select(member => member.Name);
}
