using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Endpoints;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Outcomes;

/// <summary>Who gets an event: the callbacks of its task and the endpoints of its client, each URL once.</summary>
public sealed class FanOutTests(PostgresServer server)
{
    private const string Hooks = "https://hooks.example.test", Callback = $"{Hooks}/callback";

    private static readonly string[] Transitions = [EventTypes.TaskQueued, EventTypes.TaskProcessing];

    private int _tasks;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_endpoint_that_listens_for_type_and_family_gets_the_event_and_no_other()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var (client, id) = await ClientAsync(bridge);
        var (_, other) = await ClientAsync(bridge);
        await AddAsync("all", new());
        await AddAsync("veo", new() { Families = [Families.Veo] });
        await AddAsync("videos", new() { Families = [Families.Videos, Families.Default] });
        await AddAsync("failed", new() { Events = [EventTypes.TaskFailed] });
        await AddAsync("disabled", new() { Enabled = false });
        await new EndpointRow { Url = $"{Hooks}/other" }.AddAsync(bridge.Database, other);
        await AddAsync("deleted", new());
        await bridge.Database.ExecuteAsync("update bridge.endpoints set deleted_at = now() where url like '%/deleted'");

        await EndAsync(bridge, client, TaskStatuses.Completed, Families.Veo);
        (await SentAsync(bridge)).ShouldBe(["all task.completed", "veo task.completed"]);

        await EndAsync(bridge, client, TaskStatuses.Completed, Families.Default);
        (await SentAsync(bridge)).ShouldBe(["all task.completed", "videos task.completed"]);

        await EndAsync(bridge, client, TaskStatuses.Failed, Families.Veo, $"{Hooks}/callback");
        (await SentAsync(bridge)).ShouldBe(["all task.failed", "callback task.failed", "failed task.failed", "veo task.failed"]);

        await EndAsync(bridge, client, TaskStatuses.Expired, Families.Veo);
        (await SentAsync(bridge)).ShouldBeEmpty();
        (await bridge.Database.ReadAsync<string>("select type from bridge.events order by created_at, type")).Count.ShouldBe(4);

        Task<Guid> AddAsync(string name, EndpointRow row) => (row with { Url = $"{Hooks}/{name}" }).AddAsync(bridge.Database, id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_callback_that_is_a_matching_endpoint_s_URL_is_sent_once_as_the_endpoint_s(bool enabled)
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var (client, id) = await ClientAsync(bridge);
        var endpoint = await new EndpointRow { Url = Callback, Families = [Families.Veo], Enabled = enabled }.AddAsync(bridge.Database, id);

        await EndAsync(bridge, client, TaskStatuses.Completed, Families.Veo, Callback);
        (await ShownAsync(bridge)).ShouldBe([$"{Callback} {endpoint} pending"]);

        // Of another family it is none of the endpoint's.
        await EndAsync(bridge, client, TaskStatuses.Completed, Families.Videos, Callback);
        (await ShownAsync(bridge)).ShouldBe([$"{Callback} bare pending"]);
    }

    [Fact]
    public async Task A_late_callback_that_is_a_matching_endpoint_s_URL_is_not_served_twice()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var (client, id) = await ClientAsync(bridge);
        var endpoint = await new EndpointRow { Url = Callback }.AddAsync(bridge.Database, id);
        var later = $"{Hooks}/later";
        var task = await EndAsync(bridge, client, TaskStatuses.Completed, Families.Veo);
        var newer = await new EndpointRow { Url = later }.AddAsync(bridge.Database, id);

        foreach (var url in (string[])[Callback, later, $"{Hooks}/bare"])
            await client.RegisterAsync(new() { TaskId = task.TaskId, CallbackUrl = url }, cancellationToken: Cancellation);

        (await ShownAsync(bridge)).ShouldBe([$"{Hooks}/bare bare pending", $"{Callback} {endpoint} pending", $"{later} {newer} pending"]);
    }

    [Fact]
    public async Task What_could_have_to_wait_is_not_leased_to_this_process_and_what_is_handed_over_fits_its_room()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var inbox = bridge.Services.GetRequiredService<DeliveryInbox>();
        inbox.Open();
        var (client, id) = await ClientAsync(bridge);
        await AddAsync("calm");
        await AddAsync("limited", limit: 5);
        await AddAsync("failing", "consecutive_failures = 1");
        await AddAsync("slow", "slow_until = now() + interval '1 minute'");
        await AddAsync("slow-before", "slow_until = now() - interval '1 minute'");

        await EndAsync(bridge, client, TaskStatuses.Completed, Families.Veo);
        // One place for one event: the other calm one is due for whoever has room.
        (await LeasedAsync()).Count.ShouldBe(1);
        inbox.Deliveries.TryRead(out var first).ShouldBeTrue();
        (first.EndpointId, first.Host, first.Claim).ShouldBe((first.CallbackId, "hooks.example.test", 1));
        inbox.Deliveries.TryRead(out _).ShouldBeFalse();
        inbox.Release(1);

        await RecordAsync(bridge, [.. await RegisterAsync(client, 3)]);
        (await LeasedAsync()).Distinct().Order().ShouldBe(["calm", "slow-before"]);
        inbox.Reserve(int.MaxValue).Count.ShouldBe((2 * new DeliverySettings().MaxConcurrency) - (await LeasedAsync(false)).Count + 1);

        await bridge.Database.ExecuteAsync(
            "insert into bridge.holds (id, what, host, created_at) values (bridge.new_id(), 'deliveries', 'elsewhere.test', now())");
        await bridge.Database.ExecuteAsync("delete from bridge.deliveries");
        await EndAsync(bridge, client, TaskStatuses.Completed, Families.Veo);
        (await LeasedAsync()).ShouldBeEmpty();
        (await bridge.Database.ReadAsync<bool>("select next_attempt_at <= now() and attempts = 0 from bridge.deliveries")).ShouldBe(
            [true, true, true, true, true]);

        async Task AddAsync(string name, string? health = null, int? limit = null)
        {
            var endpoint = await new EndpointRow { Url = $"{Hooks}/{name}", RateLimit = limit }.AddAsync(bridge.Database, id);
            if (health is not null) await bridge.Database.ExecuteAsync($"update bridge.destinations set {health} where endpoint_id = $1", endpoint);
        }

        Task<List<string>> LeasedAsync(bool distinct = true) => bridge.Database.ReadAsync<string>(
            $"select {(distinct ? "" : "all")} substring(url from '[a-z-]+$') from bridge.deliveries where leased_until is not null");
    }

    [Fact]
    public async Task A_transition_is_an_event_only_where_an_enabled_endpoint_or_a_callback_wants_it_and_its_time_is_kept_in_any_case()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var recorder = bridge.Services.GetRequiredService<OutcomeRecorder>();
        var (client, id) = await ClientAsync(bridge);
        await new EndpointRow { Url = $"{Hooks}/veo", Events = Transitions, Families = [Families.Veo] }.AddAsync(bridge.Database, id);
        await new EndpointRow { Url = $"{Hooks}/off", Events = Transitions, Enabled = false }.AddAsync(bridge.Database, id);
        var veo = await client.RegisterAsync(new() { TaskId = "veo" }, cancellationToken: Cancellation);
        var videos = await client.RegisterAsync(new() { TaskId = "videos" }, cancellationToken: Cancellation);
        var at = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

        await TellAsync(veo, Families.Veo, TaskStatuses.Queued, at);
        await TellAsync(veo, Families.Veo, TaskStatuses.Processing, at.AddMinutes(1));
        await TellAsync(veo, Families.Veo, TaskStatuses.Queued, at.AddMinutes(2));
        await TellAsync(videos, Families.Videos, TaskStatuses.Processing, at.AddMinutes(3));

        (await SentAsync(bridge)).ShouldBe(["veo task.processing", "veo task.queued"]);
        (await bridge.Database.ReadAsync<string>("select type from bridge.events order by created_at"))
            .ShouldBe([EventTypes.TaskQueued, EventTypes.TaskProcessing]);
        (await bridge.Database.ReadAsync<string>("""
            select concat_ws(' ', task_id, to_char(queued_at at time zone 'utc', 'HH24:MI'), to_char(processing_at at time zone 'utc', 'HH24:MI'))
            from bridge.tasks order by task_id desc
            """)).ShouldBe(["videos 09:03", "veo 09:00 09:01"]);

        Task TellAsync(BridgeTask task, string family, string status, DateTimeOffset readAt) => recorder.RecordAsync(new Reading
        {
            Task = Make.Id(task.Id),
            Status = status,
            Family = family,
            EventType = "task." + status,
            ReadAt = readAt,
        });
    }

    [Fact]
    public async Task Whoever_may_listen_for_transitions_is_known_before_the_first_look_at_once_when_told_and_by_the_next_look_otherwise()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var (_, one) = await ClientAsync(bridge);
        var (_, other) = await ClientAsync(bridge);
        var listeners = bridge.Services.GetRequiredService<TransitionListeners>();
        listeners.Include(one).ShouldBeTrue("nothing is known yet");
        await LookAsync();
        listeners.Include(one).ShouldBeFalse();

        await new EndpointRow { Events = [EventTypes.TaskQueued] }.AddAsync(bridge.Database, one);
        await new EndpointRow().AddAsync(bridge.Database, other);
        await LookAsync();
        (listeners.Include(one), listeners.Include(other)).ShouldBe((true, false));

        listeners.Changed(other);
        listeners.Include(other).ShouldBeTrue();
        await LookAsync();
        listeners.Include(other).ShouldBeTrue("its commit may be still to come");
        bridge.Clock.Advance(TimeSpan.FromMinutes(2));
        await bridge.Database.ExecuteAsync("update bridge.endpoints set status = 'disabled', disabled_at = now()");
        await LookAsync();
        (listeners.Include(one), listeners.Include(other)).ShouldBe((false, false));

        Task LookAsync() => listeners.RunOnceAsync(Cancellation);
    }

    [Fact]
    public async Task A_task_that_an_endpoint_listens_for_is_not_said_to_have_no_destination()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var (client, id) = await ClientAsync(bridge);
        (await WarningsAsync("before", Families.Veo)).ShouldBe([TaskWarnings.NoDestination]);
        await new EndpointRow { Events = Transitions }.AddAsync(bridge.Database, id);
        await new EndpointRow { Enabled = false }.AddAsync(bridge.Database, id);
        (await WarningsAsync("no end", Families.Veo)).ShouldBe([TaskWarnings.NoDestination]);

        await new EndpointRow { Families = [Families.Veo] }.AddAsync(bridge.Database, id);

        (await WarningsAsync("veo", Families.Veo)).ShouldBeEmpty();
        (await WarningsAsync("videos", Families.Videos)).ShouldBe([TaskWarnings.NoDestination]);
        (await WarningsAsync("not known yet", null)).ShouldBeEmpty();

        async Task<IReadOnlyList<string>> WarningsAsync(string task, string? family) =>
            (await client.RegisterAsync(new() { TaskId = task, Family = family, DeadlineSeconds = 60 }, cancellationToken: Cancellation)).Warnings;
    }

    [Fact]
    public async Task Stopping_a_task_cancels_what_is_pending_for_endpoints_too()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var (client, id) = await ClientAsync(bridge);
        var endpoint = await new EndpointRow { Url = Callback }.AddAsync(bridge.Database, id);
        var task = await EndAsync(bridge, client, TaskStatuses.Failed, Families.Veo);

        await client.StopAsync(task.Id, cancellationToken: Cancellation);

        (await ShownAsync(bridge)).ShouldBe([$"{Callback} {endpoint} cancelled"]);
    }

    private static async Task<(BridgeClient Client, Guid Id)> ClientAsync(BridgeApplication bridge)
    {
        var made = await bridge.CreateClientAsync();
        return TypeId.TryParse(TypeId.Client, made.Id, out var id) ? (bridge.ClientOf(made.ApiKey), id) : throw new InvalidOperationException();
    }

    private async Task<List<BridgeTask>> RegisterAsync(BridgeClient client, int count, string? callback = null)
    {
        var tasks = new List<BridgeTask>();
        for (var i = 0; i < count; i++)
        {
            tasks.Add(await client.RegisterAsync(
                new() { TaskId = $"video_{++_tasks}", CallbackUrl = callback }, cancellationToken: Cancellation));
        }

        return tasks;
    }

    private async Task<BridgeTask> EndAsync(BridgeApplication bridge, BridgeClient client, string status, string family, string? callback = null)
    {
        var task = (await RegisterAsync(client, 1, callback)).Single();
        await bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task.Id, status) with { Family = family });
        return task;
    }

    private static Task RecordAsync(BridgeApplication bridge, params BridgeTask[] tasks) => Task.WhenAll(
        tasks.Select(task => bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task.Id, TaskStatuses.Completed))));

    // What came since the last look.
    private static Task<List<string>> SentAsync(BridgeApplication bridge) => bridge.Database.ReadAsync<string>("""
        with seen as (delete from bridge.deliveries returning url, event_id)
        select substring(s.url from '[a-z]+$') || ' ' || e.type from seen s join bridge.events e on e.id = s.event_id order by 1
        """);

    private static Task<List<string>> ShownAsync(BridgeApplication bridge) => bridge.Database.ReadAsync<string>("""
        with seen as (delete from bridge.deliveries returning url, endpoint_id, callback_id, state)
        select concat_ws(' ', url, case when endpoint_id is null then 'bare' else callback_id::text end, state) from seen order by url
        """);
}
