using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Tasks;
using Kyy.Bridge.Tasks.Refreshing;
using Kyy.Bridge.Tests.Polling;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Tasks.Refreshing;

/// <summary>Fresh links of completed tasks, with an upstream that answers what a test says.</summary>
public sealed class RefreshWorkTests(PostgresServer server)
{
    private const string Old = "https://cdn.example.test/old.mp4", New = "https://cdn.example.test/new.mp4";

    private static readonly TimeSpan Shortest = PollPlan.Shortest(ModelCatalogue.Documented.Find(Families.Veo)!.Window);

    private static readonly UpstreamReply Fresh = new UpstreamReply.Completed([New], UpstreamFacts.None);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fresh_link_is_stored_and_told_to_whoever_asked_for_it_once_for_each_refresh()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var task = await CompletedAsync(polling);
        await ListenAsync(polling.Database, task);
        polling.Upstream.Reply = Fresh;

        await RequestAsync(polling, task);
        await polling.RefreshAsync();

        polling.Upstream.Asked.Count.ShouldBe(1);
        (await StateAsync(polling, task)).ShouldBe($"completed {New} refreshes=1 tries=0 pending=f");
        (await ToAsync(polling.Database)).ShouldBe(
            ["https://a.example/all", "https://a.example/both", "https://a.example/disabled-and-asked-for", "https://b.example/callback"]);
        (await polling.Database.ReadAsync<string>("select url from bridge.deliveries where endpoint_id is null")).ShouldBe(
            ["https://b.example/callback"], "the others are sent as the endpoints', and one waits with its endpoint");

        await polling.Database.ExecuteAsync("update bridge.tasks set last_polled_at = now() - interval '1 minute'");
        await RequestAsync(polling, task);
        await polling.RefreshAsync();

        var events = await EventsAsync(polling.Database);
        events.Select(data => data.Sequence).ShouldBe([4, 5]);
        events.ShouldAllBe(data => data.Ended && data.Status == TaskStatuses.Completed && data.VideoUrl == New && data.EndedAt != null);
        (await ToAsync(polling.Database)).Count.ShouldBe(8);
    }

    [Fact]
    public async Task The_same_link_again_does_not_live_longer_and_another_one_does()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var task = await CompletedAsync(polling);
        var expires = await ExpiresAsync(polling.Database);
        polling.Upstream.Reply = new UpstreamReply.Completed([Old], UpstreamFacts.None);

        await RequestAsync(polling, task);
        await polling.RefreshAsync();
        (await ExpiresAsync(polling.Database)).ShouldBe(expires);

        polling.Upstream.Reply = Fresh;
        await polling.Database.ExecuteAsync("update bridge.tasks set last_polled_at = now() - interval '1 minute'");
        await RequestAsync(polling, task);
        await polling.RefreshAsync();
        // Of a VEO link a day.
        (await ExpiresAsync(polling.Database) - expires).ShouldBeInRange(TimeSpan.FromHours(22), TimeSpan.FromHours(24));
    }

    [Fact]
    public async Task The_minimum_after_the_last_poll_is_kept_and_the_earlier_wish_wins()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var task = await CompletedAsync(polling);
        await polling.Database.ExecuteAsync("update bridge.tasks set last_polled_at = now()");

        var first = await RequestAsync(polling, task);
        (await RequestAsync(polling, task)).ShouldBe(first);

        (first - await polling.Database.DatabaseTimeAsync()).ShouldBeInRange(Shortest - TimeSpan.FromSeconds(5), Shortest);
        await polling.RefreshAsync();
        polling.Upstream.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_process_that_dies_with_the_claim_leaves_it_due_again_and_not_too_early()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var task = await CompletedAsync(polling);
        await RequestAsync(polling, task);
        polling.Upstream.Reply = Fresh;

        var whose = (await RefreshesDue.ReadAsync(
            polling.Database.DataSource, UpstreamOptions.Normal(new UpstreamOptions().BaseUrl), null, Cancellation)).Single();
        var claimed = (await polling.RefreshClaims.ClaimAsync(whose, 10, Cancellation)).Single();

        (await polling.Database.ReadAsync<TimeSpan>("select refresh_due_at - last_polled_at from bridge.tasks")).ShouldBe([Shortest]);
        await polling.RefreshAsync();
        polling.Upstream.Asked.ShouldBeEmpty();

        await MakeDueAsync(polling);
        await polling.RefreshAsync();
        (await StateAsync(polling, task)).ShouldBe($"completed {New} refreshes=1 tries=0 pending=f");
        // What the dead process may still do comes too late.
        await polling.RefreshClaims.HandBackAsync(claimed);
        (await StateAsync(polling, task)).ShouldEndWith("pending=f");
    }

    [Fact]
    public async Task A_paused_key_is_left_alone_and_a_refresh_may_be_the_call_that_ends_the_pause()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var task = await CompletedAsync(polling);
        await RequestAsync(polling, task);
        polling.Upstream.Reply = Fresh;
        await polling.Database.ExecuteAsync(
            "update bridge.upstream_budgets set state = 'throttled', reason = 'throttled', paused_until = now() + interval '1 hour'");

        await polling.RefreshAsync();
        polling.Upstream.Asked.ShouldBeEmpty();

        await polling.EndPauseAsync();
        await polling.RefreshAsync();
        polling.Upstream.Asked.Count.ShouldBe(1);
        (await polling.BudgetAsync()).ShouldStartWith("active");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("zcbservice.aizfw.cn")]
    [InlineData("zcbservice.aizfw.cn:443")]
    public async Task What_an_operator_holds_waits(string? host)
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var task = await CompletedAsync(polling);
        await RequestAsync(polling, task);
        polling.Upstream.Reply = Fresh;
        await polling.Database.ExecuteAsync(
            "insert into bridge.holds (id, what, host, created_at) values (bridge.new_id(), 'polling', nullif($1, ''), now())", host ?? "");
        await polling.Database.ExecuteAsync(
            "insert into bridge.holds (id, what, host, created_at) values (bridge.new_id(), 'polling', 'another.example.test', now())");

        await polling.RefreshAsync();
        polling.Upstream.Asked.ShouldBeEmpty();

        await polling.Database.ExecuteAsync("delete from bridge.holds where host is distinct from 'another.example.test'");
        await polling.RefreshAsync();
        polling.Upstream.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Faults_that_are_not_the_task_s_count_for_nothing_and_three_answers_without_a_link_end_it()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var task = await CompletedAsync(polling);
        await RequestAsync(polling, task);

        polling.Upstream.Reply = new UpstreamReply.Unreachable(UnreachableKind.Timeout);
        for (var i = 0; i < 4; i++) await AgainAsync(polling);
        (await StateAsync(polling, task)).ShouldBe($"completed {Old} refreshes=0 tries=0 pending=t");

        polling.Upstream.Reply = new UpstreamReply.NotFound(404);
        await AgainAsync(polling);
        await AgainAsync(polling);
        (await StateAsync(polling, task)).ShouldBe($"completed {Old} refreshes=0 tries=2 pending=t");
        await AgainAsync(polling);

        (await StateAsync(polling, task)).ShouldBe($"completed {Old} refreshes=0 tries=0 pending=f");
        (await polling.Database.ReadAsync<string>("select concat_ws(' ', last_failure_kind, last_failure_status) from bridge.tasks"))
            .ShouldBe(["not_found 404"]);
        polling.Upstream.Asked.Count.ShouldBe(7);
        (await EventsAsync(polling.Database)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Refusals_of_old_tasks_do_not_close_the_key()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        foreach (var task in new[] { await CompletedAsync(polling), await CompletedAsync(polling) }) await RequestAsync(polling, task);
        polling.Upstream.Reply = new UpstreamReply.KeyRefused(403);

        for (var i = 0; i < 3; i++) await AgainAsync(polling);

        (await polling.BudgetAsync()).ShouldStartWith("active");
        (await polling.Database.ReadAsync<string>("select last_failure_kind from bridge.tasks")).ShouldBe(["forbidden", "forbidden"]);
        (await polling.Database.ReadAsync<bool>("select refresh_due_at is null from bridge.tasks")).ShouldBe([true, true]);
    }

    [Fact]
    public async Task A_task_that_is_erased_while_it_is_asked_about_gets_no_link()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var task = await CompletedAsync(polling);
        await RequestAsync(polling, task);
        polling.Upstream.Reply = Fresh;
        polling.Upstream.Hold();
        await polling.Refreshes.RunOnceAsync(Cancellation);
        await Wait.UntilAsync(() => polling.Upstream.InFlight == 1, "the upstream is asked");

        await StopTasks.RunAsync(polling.Database.DataSource, [task], null, erase: true, Cancellation);
        polling.Upstream.Release();
        await polling.Refreshes.WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        (await StateAsync(polling, task)).ShouldBe("completed refreshes=0 tries=0 pending=f");
        (await EventsAsync(polling.Database)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_has_waited_for_a_paused_key_for_a_day_is_given_up_unless_it_is_held()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var task = await CompletedAsync(polling);
        await RequestAsync(polling, task);
        var settles = new SettleRefreshes(polling.Database.DataSource, new UpstreamOptions());
        await polling.Database.ExecuteAsync(
            "update bridge.tasks set refresh_requested_at = now() - interval '25 hours', last_polled_at = now() - interval '26 hours'");
        (await settles.GiveUpAsync(Cancellation)).ShouldBe(0, "it has not been asked about since, and can be");

        await polling.Database.ExecuteAsync("update bridge.upstream_budgets set state = 'rejected', paused_until = now() + interval '1 hour'");
        await polling.Database.ExecuteAsync(
            "insert into bridge.holds (id, what, host, created_at) values (bridge.new_id(), 'polling', 'zcbservice.aizfw.cn', now())");
        (await settles.GiveUpAsync(Cancellation)).ShouldBe(0, "an operator holds it");

        await polling.Database.ExecuteAsync("delete from bridge.holds");
        (await settles.GiveUpAsync(Cancellation)).ShouldBe(1);
        (await StateAsync(polling, task)).ShouldBe($"completed {Old} refreshes=0 tries=0 pending=f");
        (await polling.Database.ReadAsync<string>("select last_failure_kind from bridge.tasks")).ShouldBe(["refresh_given_up"]);
    }

    private static async Task<Guid> CompletedAsync(PollerHarness polling)
    {
        var (_, _, tasks) = await polling.FileDueAsync(1);
        await polling.Database.ExecuteAsync(
            """
            update bridge.tasks
            set status = 'completed', ended_at = now(), next_poll_at = null, slot_id = null, video_urls = array[$2],
                video_url_expires_at = now() + interval '1 hour', last_polled_at = now() - interval '1 minute', polls = 3
            where id = $1
            """,
            tasks[0], Old);
        return tasks[0];
    }

    private static async Task<DateTimeOffset> RequestAsync(PollerHarness polling, Guid task) =>
        (await RequestRefresh.RunAsync(
            polling.Database.DataSource, task, ModelCatalogue.Documented.Find(Families.Veo)!, isFlex: false, Cancellation))
        .ShouldBeOfType<RefreshAnswer.Due>().At;

    private static Task MakeDueAsync(PollerHarness polling) =>
        polling.Database.ExecuteAsync("update bridge.tasks set refresh_due_at = now() where refresh_due_at is not null");

    private static async Task AgainAsync(PollerHarness polling)
    {
        await MakeDueAsync(polling);
        await polling.RefreshAsync();
    }

    // Who wants what: two endpoints and a callback that do, an endpoint of another family, disabled ones, and callbacks that share the
    // URL of an endpoint, an enabled and a disabled one.
    private static async Task ListenAsync(PollingDatabase database, Guid task)
    {
        await database.ExecuteAsync(
            "insert into bridge.clients (id, name, may_use_operator_key, created_at) values ($1, 'acme', true, now())", PollingDatabase.Client);
        foreach (var (url, events, families, status) in new[]
        {
            ("https://a.example/all", "{task.result_refreshed}", "null", "enabled"),
            ("https://a.example/both", "{task.completed,task.result_refreshed}", "'{veo}'", "enabled"),
            ("https://a.example/other-family", "{task.result_refreshed}", "'{seedance15}'", "enabled"),
            ("https://a.example/other-event", "{task.completed}", "null", "enabled"),
            ("https://a.example/disabled", "{task.result_refreshed}", "null", "disabled"),
            ("https://a.example/disabled-and-asked-for", "{task.result_refreshed}", "null", "disabled"),
        })
        {
            await database.ExecuteAsync(
                $"""
                with made as (
                    insert into bridge.endpoints (id, client_id, url, host, events, families, status, disabled_at, created_at)
                    values (bridge.new_id(), $1, $2, 'a.example:443', '{events}', {families}, $3,
                            case when $3 = 'disabled' then now() end, now())
                    returning id, client_id
                )
                insert into bridge.destinations (client_id, host, endpoint_id) select client_id, 'ep_' || id, id from made
                """,
                PollingDatabase.Client, url, status);
        }

        await database.ExecuteAsync(
            """
            with host as (insert into bridge.destinations (client_id, host) values ($1, 'b.example:443') returning id)
            insert into bridge.task_callbacks (id, task_id, url, destination, events, created_at)
            select bridge.new_id(), $2, c.url, host.id, c.events, now()
            from host, (values ('https://b.example/callback', '{task.result_refreshed}'::text[]),
                               ('https://b.example/end', '{task.completed}'),
                               ('https://a.example/all', '{task.result_refreshed}'),
                               ('https://a.example/disabled-and-asked-for', '{task.result_refreshed}')) c (url, events)
            """,
            PollingDatabase.Client, task);
    }

    private static Task<List<string>> ToAsync(PollingDatabase database) => database.ReadAsync<string>(
        "select url from bridge.deliveries where state = 'pending' and next_attempt_at <= now() order by url");

    private static async Task<DateTimeOffset> ExpiresAsync(PollingDatabase database) =>
        (await database.ReadAsync<DateTimeOffset>("select video_url_expires_at from bridge.tasks")).Single();

    private static async Task<string> StateAsync(PollerHarness polling, Guid task) => (await polling.Database.ReadAsync<string>(
        """
        select concat_ws(' ', status, nullif(array_to_string(video_urls, ' '), ''), 'refreshes=' || refreshes, 'tries=' || refresh_tries,
                         'pending=' || left((refresh_due_at is not null)::text, 1))
        from bridge.tasks where id = $1
        """,
        task)).Single();

    private static async Task<List<TaskEventData>> EventsAsync(PollingDatabase database) =>
        (await database.ReadAsync<byte[]>("select payload from bridge.events where type = 'task.result_refreshed' order by created_at"))
        .ConvertAll(payload => WebhookEvent.Read(payload).ReadTask()!);
}
