using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;
using Npgsql;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>The poller with a scripted upstream, on real PostgreSQL.</summary>
public sealed class PollerTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly UpstreamReply Processing = new UpstreamReply.Waiting(WaitingStatus.Processing, UpstreamFacts.None);

    private static readonly UpstreamReply Outage = new UpstreamReply.Unreachable(UnreachableKind.ServerError, 503);

    [Fact]
    public async Task What_is_due_is_asked_once_and_not_again_before_its_time()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var (_, slot, tasks) = await polling.FileDueAsync(5);

        (await polling.RunAsync()).Done.ShouldBe(5);
        (await polling.RunAsync()).Done.ShouldBe(0);

        polling.Upstream.Asked.Count.ShouldBe(5);
        var next = (await polling.Database.TimesAsync(tasks[0])).NextPollAt!.Value;
        (next - await polling.Database.DatabaseTimeAsync()).TotalSeconds.ShouldBeInRange(25, 31);
        (await polling.Database.NextDueAsync(slot)).ShouldBe(next);
    }

    [Theory]
    [InlineData("default", 2)]
    [InlineData("veo", 0)]
    public async Task A_family_that_only_another_version_knows_is_polled_with_the_default_one(string family, int polled)
    {
        await using var polling = await PollerHarness.StartAsync(server, family: family);
        await polling.FileDueAsync(1, "of-tomorrow");
        await polling.FileDueAsync(1, "default");

        (await polling.RunAsync()).Done.ShouldBe(polled);
    }

    [Fact]
    public async Task A_poll_that_cannot_start_within_the_slack_is_not_made_and_its_task_is_due_again_at_once()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var (_, _, tasks) = await polling.FileDueAsync(1);
        var claims = 0;
        // Drawn inside the claim: here the first one takes longer than the 0.9 s of the window's slack.
        polling.Jitter = () =>
        {
            if (++claims == 1) polling.Clock.Advance(Second);
            return 0;
        };

        await polling.RunAsync();
        await polling.RunAsync();

        claims.ShouldBe(2);
        polling.Upstream.Asked.Count.ShouldBe(1);
        (await polling.Database.TimesAsync(tasks[0])).Polls.ShouldBe(1);
    }

    [Fact]
    public async Task A_poll_that_the_upstream_may_have_seen_late_moves_the_next_one_on()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var (_, _, tasks) = await polling.FileDueAsync(1);
        polling.Upstream.Elapsed = 20 * Second;

        await polling.RunAsync();

        var times = await polling.Database.TimesAsync(tasks[0]);
        (times.NextPollAt - times.LastPolledAt).ShouldBe(30 * Second);
        (times.NextPollAt!.Value - await polling.Database.DatabaseTimeAsync()).TotalSeconds.ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task An_answer_within_the_slack_moves_nothing()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var (_, _, tasks) = await polling.FileDueAsync(1);

        await polling.RunAsync();

        var times = await polling.Database.TimesAsync(tasks[0]);
        (times.NextPollAt - times.LastPolledAt).ShouldBe(TimeSpan.FromSeconds(30.9));
    }

    [Fact]
    public async Task An_unreachable_upstream_is_written_once_for_the_lane_and_for_no_task()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var (lane, _, _) = await polling.FileDueAsync(4);
        polling.Upstream.Reply = Outage;

        await polling.RunAsync();

        (await LaneAsync(polling, lane)).ShouldBe("4 server_error 503");
        (await polling.Database.ReadAsync<Guid>(
            "select id from bridge.tasks where batch is not null or consecutive_failures > 0 or status <> 'registered'")).ShouldBeEmpty();

        polling.Upstream.Reply = Processing;
        await polling.MakeDueAsync();
        await polling.RunAsync();

        (await LaneAsync(polling, lane)).ShouldBe("0 server_error 503");
    }

    [Fact]
    public async Task An_outage_pauses_the_key_after_a_few_tasks_and_one_call_opens_it_again()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(20);
        polling.Upstream.Reply = Outage;
        await polling.RunAsync();
        await polling.RunAsync();
        var asked = polling.Upstream.Asked.Count;

        // A pause that is over lets one call through, and that one fails.
        await polling.EndPauseAsync();
        await polling.RunAsync();
        polling.Upstream.Asked.Count.ShouldBe(asked + 1);
        (await polling.BudgetAsync()).ShouldBe("throttled server_error 503 2");

        polling.Upstream.Reply = Processing;
        await polling.EndPauseAsync();
        await polling.UntilAsync(asked: 20);
        (await polling.BudgetAsync()).ShouldBe("active 0");
        (await polling.Database.ReadAsync<long>("select count(*) from bridge.tasks where polls = 1")).ShouldBe([20L]);
    }

    [Fact]
    public async Task Throttled_the_key_is_left_alone_for_as_long_as_the_upstream_asked()
    {
        await using var polling = await PollerHarness.StartAsync(server, maxConcurrency: 1);
        await polling.FileDueAsync(3);
        polling.Upstream.Reply = new UpstreamReply.Throttled(7 * Second);
        polling.Upstream.Hold();

        await polling.StartRunAsync();
        polling.Upstream.Release();
        await polling.Poller.WhenIdleAsync();
        polling.Upstream.Reply = Processing;

        (await polling.RunAsync()).NextIn!.Value.TotalSeconds.ShouldBeInRange(3, 7.1);
        polling.Upstream.Asked.Count.ShouldBe(1);
        polling.Clock.Advance(8 * Second);
        await polling.UntilAsync(asked: 3);
    }

    [Fact]
    public async Task No_more_are_in_flight_than_allowed_and_all_are_asked_in_the_end()
    {
        await using var polling = await PollerHarness.StartAsync(server, maxConcurrency: 4);
        await polling.FileDueAsync(30);
        polling.Upstream.Hold();

        (await polling.StartRunAsync()).Done.ShouldBe(4);
        await polling.StartRunAsync();
        // What was begun is on its way there.
        await Wait.UntilAsync(() => Task.FromResult(polling.Upstream.InFlight == 4), "four requests are in flight");
        polling.Upstream.Release();
        await polling.UntilAsync(asked: 30);

        polling.Upstream.MostInFlight.ShouldBe(4);
        polling.Upstream.Asked.Distinct().Count().ShouldBe(30);
    }

    [Fact]
    public async Task A_process_whose_answers_are_not_recorded_claims_no_more()
    {
        const int All = 1_400, MostBehind = 64 + 1_000;
        await using var polling = await PollerHarness.StartAsync(server, maxConcurrency: 64, perSecond: 100_000);
        await polling.FileDueAsync(All);
        polling.Upstream.Reply = new UpstreamReply.Waiting(WaitingStatus.Queued, UpstreamFacts.None);
        polling.Upstream.Hold();
        await polling.StartRunAsync();
        await using var connection = await polling.Database.DataSource.OpenConnectionAsync(Cancellation);
        await using (await connection.BeginTransactionAsync(Cancellation))
        {
            await using var holding = new NpgsqlCommand("select from bridge.tasks where polls = 1 for update", connection);
            await holding.ExecuteNonQueryAsync(Cancellation);
            // Their answers lead the batch that waits for those rows.
            polling.Upstream.Release();
            await RunUntilAsync(polling, asked: MostBehind + 1);

            (await polling.StartRunAsync()).Done.ShouldBe(0);
            polling.Upstream.Asked.Count.ShouldBeLessThan(All);
        }

        await RunUntilAsync(polling, asked: All);
    }

    [Fact]
    public async Task It_is_idle_when_every_answer_is_recorded()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(3);
        polling.Upstream.Reply = new UpstreamReply.Failed(UpstreamFacts.None);
        polling.Upstream.Hold();
        await polling.StartRunAsync();

        var idle = polling.Poller.WhenIdleAsync();
        idle.IsCompleted.ShouldBeFalse();
        polling.Upstream.Release();
        await idle;

        (await polling.Database.ReadAsync<long>("select count(*) from bridge.tasks where status = 'failed'")).ShouldBe([3L]);
    }

    [Fact]
    public async Task The_model_s_name_moves_a_task_to_the_lane_of_its_family()
    {
        await using var polling = await PollerHarness.StartAsync(server, family: "default");
        var (_, _, tasks) = await polling.FileDueAsync(2, "default");
        await polling.Database.ExecuteAsync("update bridge.tasks set family = null");
        polling.Upstream.Reply = new UpstreamReply.Waiting(WaitingStatus.Processing, UpstreamFacts.None with { Model = "veo_3_1_fast" });

        await polling.RunAsync();

        var veo = await polling.Database.LaneAsync("veo");
        (await polling.Database.ReadAsync<int>(
            "select s.lane from bridge.tasks t join bridge.slots s on s.id = t.slot_id where t.family = 'veo' and t.status = 'processing'"))
            .ShouldBe([veo, veo]);
        (await polling.Database.TimesAsync(tasks[0])).NextPollAt!.Value.ShouldBeGreaterThan(await polling.Database.DatabaseTimeAsync());
    }

    [Fact]
    public async Task An_upstream_that_throws_costs_a_poll_and_nothing_else()
    {
        await using var polling = await PollerHarness.StartAsync(server, maxConcurrency: 2);
        await polling.FileDueAsync(6);
        polling.Upstream.Reply = null;

        await polling.UntilAsync(asked: 6);

        await polling.Poller.WhenIdleAsync();
        polling.Upstream.Reply = Processing;
        await polling.MakeDueAsync();
        await polling.UntilAsync(asked: 12);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_claimed()
    {
        await using var polling = await PollerHarness.StartAsync(server, hasKey: false);
        var (_, _, tasks) = await polling.FileDueAsync(1);

        (await polling.RunAsync()).Done.ShouldBe(0);

        (await polling.Database.TimesAsync(tasks[0])).Polls.ShouldBe(0);
    }

    // Time goes on, so that turns come up and writes are repeated.
    private static Task RunUntilAsync(PollerHarness polling, int asked) => Wait.UntilAsync(
        async () =>
        {
            await polling.StartRunAsync();
            polling.Clock.Advance(TimeSpan.FromMilliseconds(20));
            return polling.Upstream.Asked.Distinct().Count() >= asked;
        },
        $"{asked} tasks have been asked about");

    private static async Task<string> LaneAsync(PollerHarness polling, int lane) => (await polling.Database.ReadAsync<string>(
        "select concat_ws(' ', failures, last_failure_kind, last_failure_status) from bridge.lanes where id = $1", lane)).Single();
}
