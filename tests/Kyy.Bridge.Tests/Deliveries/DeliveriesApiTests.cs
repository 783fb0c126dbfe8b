using System.Net;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Endpoints;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>What clients are shown of their deliveries, and sending them again by the API.</summary>
public sealed class DeliveriesApiTests(PostgresServer server)
{
    private const string AttemptsSql = """
        insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, status_code, error, response_body)
        select d.id, a.number, now(), 12, a.status, a.error, a.body
        from bridge.deliveries d
        cross join (values (1, null, 'timeout', null), (2, 503, null, convert_to('busy: später', 'UTF8') || '\xff'::bytea))
            a (number, status, error, body)
        where d.state = 'dead'
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deliveries_are_listed_newest_first_filtered_and_shown_with_their_attempts()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var one = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        var two = await new EndpointRow { Url = "https://hooks.example.test/two?token=own" }.AddAsync(db.Database, db.ClientId);
        var events = await db.EventsAsync(5);
        await db.DeliveriesAsync(events, one, "delivered");
        await db.DeliveriesAsync(events[..2], two, "dead");
        await db.Database.ExecuteAsync(AttemptsSql);

        var all = await ListAsync(db.Client);
        all.Count.ShouldBe(7);
        all.Select(delivery => delivery.CreatedAt).ShouldBe(all.Select(delivery => delivery.CreatedAt).OrderDescending());
        (await ListAsync(db.Client, new() { PageSize = 2 })).Select(delivery => delivery.Id).ShouldBe(all.Select(delivery => delivery.Id));
        (await ListAsync(db.Client, new() { State = DeliveryStates.Dead })).Count.ShouldBe(2);
        (await ListAsync(db.Client, new() { Endpoint = TypeId.Format(TypeId.Endpoint, one) })).Count.ShouldBe(5);
        var dead = (await ListAsync(db.Client, new() { Task = all[^1].Task, State = DeliveryStates.Dead })).ShouldHaveSingleItem();

        (dead.EventType, dead.Url, dead.Endpoint, dead.DeadReason, dead.AttemptCount, dead.NextAttemptAt, dead.ClientId, dead.Attempts).ShouldBe(
            (EventTypes.TaskFailed, "https://hooks.example.test/two?token=own", TypeId.Format(TypeId.Endpoint, two), "schedule_spent", 10, null, null, null));
        dead.LastAttempt.ShouldNotBeNull().StatusCode.ShouldBe(503);
        var shown = await db.Client.GetDeliveryAsync(dead.Id, Cancellation);
        shown.Attempts.ShouldNotBeNull().Select(attempt => $"{attempt.Number} {attempt.DurationMs} {attempt.StatusCode}{attempt.Error} {attempt.ResponseBody}")
            .ShouldBe(["1 12 timeout ", "2 12 503 busy: später\ufffd"]);
        shown.LastAttempt.ShouldBe(shown.Attempts[^1]);
    }

    [Fact]
    public async Task Another_client_sees_none_of_it_and_an_admin_sees_whose_it_is()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        await db.DeliveriesAsync(await db.EventsAsync(1), endpoint, "dead");
        var delivery = (await ListAsync(db.Client)).Single();
        var replay = await db.ReplayAsync(endpoint, "missing");
        var stranger = await db.Bridge.CreateClientAsync("stranger");
        var (caller, admin) = (db.Bridge.As(stranger.ApiKey), db.Bridge.ClientOf(BridgeApplication.AdminKey));

        (await ListAsync(db.Bridge.ClientOf(stranger.ApiKey))).ShouldBeEmpty();
        foreach (var path in (string[])[$"/v1/deliveries/{delivery.Id}", $"/v1/replays/{replay}", "/v1/deliveries/dlv_x", "/v1/replays/rpl_x"])
        {
            using var answer = await caller.GetAsync(path);
            answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        }

        using (var answer = await caller.PostAsync($"/v1/deliveries/{delivery.Id}/redeliver", new { }))
            answer.Status.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest);
        using (var answer = await caller.SendAsync(HttpMethod.Post, $"/v1/deliveries/{delivery.Id}/redeliver"))
            answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        using (var answer = await caller.DeleteAsync($"/v1/replays/{replay}")) answer.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");

        var owner = TypeId.Format(TypeId.Client, db.ClientId);
        (await ListAsync(admin)).Single().ClientId.ShouldBe(owner);
        (await admin.GetDeliveryAsync(delivery.Id, Cancellation)).ClientId.ShouldBe(owner);
        (await admin.ListReplaysAsync(Cancellation).SingleAsync(Cancellation)).ClientId.ShouldBe(owner);
        (await admin.RedeliverAsync(delivery.Id, cancellationToken: Cancellation)).State.ShouldBe(DeliveryStates.Pending);
    }

    [Theory]
    [InlineData("dead")]
    [InlineData("delivered")]
    [InlineData("cancelled")]
    [InlineData("pending")]
    public async Task Redelivering_starts_a_fresh_schedule_at_once_whatever_the_state(string state)
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        var events = await db.EventsAsync(1);
        await db.DeliveriesAsync(events, endpoint, state);
        var before = (await ListAsync(db.Client)).Single();

        var after = await db.Client.RedeliverAsync(before.Id, cancellationToken: Cancellation);

        (after.Id, after.EventId, after.State, after.EndedAt, after.DeadReason).ShouldBe(
            (before.Id, TypeId.Format(TypeId.Event, events[0]), DeliveryStates.Pending, null, null));
        (await db.Database.ReadAsync<string>("""
            select concat_ws(' ', attempts, schedule_from, claim, unsettled, next_attempt_at <= now(), leased_until) from bridge.deliveries
            """)).ShouldBe(["10 10 1 0 t"]);
    }

    [Fact]
    public async Task One_that_is_on_the_wire_is_left_to_it()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        await db.DeliveriesAsync(await db.EventsAsync(1), endpoint, "pending");
        await db.Database.ExecuteAsync("update bridge.deliveries set leased_until = now() + interval '20 seconds', claim = 7");

        var answered = await db.Client.RedeliverAsync((await ListAsync(db.Client)).Single().Id, cancellationToken: Cancellation);

        answered.State.ShouldBe(DeliveryStates.Pending);
        (await db.Database.ReadAsync<int>("select claim from bridge.deliveries where leased_until is not null")).ShouldBe([7]);
    }

    [Fact]
    public async Task What_was_erased_or_has_nowhere_to_go_any_more_cannot_be_sent_again()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        await db.DeliveriesAsync(await db.EventsAsync(2), endpoint, "dead");
        var deliveries = await ListAsync(db.Client);
        await db.Client.StopAsync(deliveries[0].Task!, erase: true, Cancellation);

        (await RefusalAsync(deliveries[0])).ShouldContain("erased");
        await db.Database.ExecuteAsync("update bridge.endpoints set deleted_at = now()");
        (await RefusalAsync(deliveries[1])).ShouldContain("deleted");
        (await ListAsync(db.Client)).ShouldAllBe(delivery => delivery.State == DeliveryStates.Dead);

        async Task<string> RefusalAsync(BridgeDelivery delivery)
        {
            var refusal = await Should.ThrowAsync<BridgeException>(() => db.Client.RedeliverAsync(delivery.Id, cancellationToken: Cancellation));
            refusal.Problem.ShouldNotBeNull().Type.ShouldBe("/problems/not-redeliverable");
            return refusal.Problem.Detail.ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task Many_are_sent_again_by_state_time_task_and_endpoint_as_a_replay()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var one = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        var two = await new EndpointRow { Url = "https://hooks.example.test/two" }.AddAsync(db.Database, db.ClientId);
        var events = await db.EventsAsync(130);
        await db.DeliveriesAsync(events, one, "dead");
        await db.DeliveriesAsync(events[..3], two, "dead");
        await db.DeliveriesAsync(events[3..9], two, "cancelled");
        var deliveries = await ListAsync(db.Client, new() { PageSize = 500 });
        var since = deliveries[^1].CreatedAt;

        var task = await RunAsync(new(DeliveryStates.Dead, since, Task: deliveries[0].Task));
        (task.Queued, task.Kind, task.State, task.Task).ShouldBe((1, "redeliver", DeliveryStates.Dead, deliveries[0].Task));
        (await RunAsync(new(DeliveryStates.Cancelled, since, Endpoint: TypeId.Format(TypeId.Endpoint, one)))).Queued.ShouldBe(0);
        (await RunAsync(new(DeliveryStates.Cancelled, since, Endpoint: TypeId.Format(TypeId.Endpoint, two)))).Queued.ShouldBe(6);
        (await RunAsync(new(DeliveryStates.Dead, since, Until: since.AddMilliseconds(1)))).Queued.ShouldBe(2);
        // A destination that fails does not hold the others up.
        await db.Database.ExecuteAsync("update bridge.destinations set consecutive_failures = 9 where endpoint_id = $1", one);
        (await RunAsync(new(DeliveryStates.Dead, since))).Queued.ShouldBe(129 + 2 - 1);
        (await RunAsync(new(DeliveryStates.Dead, since))).Queued.ShouldBe(0);

        async Task<BridgeReplay> RunAsync(BulkRedelivery which)
        {
            var replay = await db.Client.RedeliverAsync(which, cancellationToken: Cancellation);
            (await db.RunAsync(replay)).Status.ShouldBe("completed");
            return await db.Client.GetReplayAsync(replay, Cancellation);
        }
    }

    [Fact]
    public async Task A_wish_to_send_many_again_is_read_strictly()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var caller = db.Bridge.As((await db.Bridge.CreateClientAsync("strict")).ApiKey);
        await new EndpointRow().AddAsync(db.Database, db.ClientId);
        var foreign = (await db.Database.ReadAsync<Guid>("select id from bridge.endpoints")).Single();

        (string Body, string Field, string Message)[] cases =
        [
            ("""{"since":"2026-11-20T09:10:11Z"}""", "state", "is required"),
            ("""{"state":"pending","since":"2026-11-20T09:10:11Z"}""", "state", "must be one of"),
            ("""{"state":"dead"}""", "since", "is required"),
            ("""{"state":"dead","since":"9999-11-20T09:10:11Z"}""", "since", "future"),
            ("""{"state":"dead","since":"2026-11-20T09:10:11Z","until":"2026-11-20T09:10:11Z"}""", "until", "after since"),
            ("""{"state":"dead","since":"2026-11-20T09:10:11Z","task":"ep_1"}""", "task", "begins with tsk_"),
            ($$"""{"state":"dead","since":"2026-11-20T09:10:11Z","endpoint":"{{TypeId.Format(TypeId.Endpoint, foreign)}}"}""", "endpoint", "no such"),
            ($$"""{"state":"dead","since":"2026-11-20T09:10:11Z","task":"{{TypeId.Format(TypeId.Task, foreign)}}"}""", "task", "no such"),
            ("""{"state":"dead","since":"2026-11-20T09:10:11Z","endpoints":[]}""", "endpoints", "endpoint"),
        ];
        foreach (var (body, field, message) in cases)
        {
            using var answer = await caller.PostTextAsync("/v1/deliveries/redeliver", body);
            answer.ShouldBeInvalid(field, message);
        }

        using var list = await caller.GetAsync("/v1/deliveries?state=lost");
        list.ShouldBeInvalid("state", "must be one of");
    }

    private static async Task<List<BridgeDelivery>> ListAsync(BridgeClient client, DeliveryQuery? query = null) =>
        await client.ListDeliveriesAsync(query, Cancellation).ToListAsync(Cancellation);
}
