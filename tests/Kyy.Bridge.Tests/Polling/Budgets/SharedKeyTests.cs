using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Polling.Budgets;

/// <summary>Many tasks with one key: refusals, pauses and turns, with a scripted upstream on real PostgreSQL.</summary>
public sealed class SharedKeyTests(PostgresServer server)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly UpstreamReply Processing = new UpstreamReply.Waiting(WaitingStatus.Processing, UpstreamFacts.None);
    private static readonly UpstreamReply Refused = new UpstreamReply.KeyRefused(401);

    [Fact]
    public async Task A_refused_key_is_left_alone_its_tasks_live_on_and_one_answered_call_brings_them_back()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var (_, _, tasks) = await polling.FileDueAsync(30);
        polling.Upstream.Reply = Refused;
        await polling.RunAsync();
        (await polling.BudgetAsync()).ShouldBe("rejected key_refused 401 1");
        var asked = polling.Upstream.Asked.Count;

        (await polling.RunAsync()).NextIn.ShouldNotBeNull().TotalSeconds.ShouldBeInRange(0.1, 1.3);
        polling.Upstream.Asked.Count.ShouldBe(asked);
        // The deadline passes meanwhile: it waits.
        await polling.Database.ExecuteAsync("update bridge.tasks set deadline_at = now() - interval '1 hour'");

        await polling.EndPauseAsync();
        await polling.RunAsync();
        polling.Upstream.Asked.Count.ShouldBe(asked + 1);
        (await polling.BudgetAsync()).ShouldBe("rejected key_refused 401 2");
        (await polling.Database.ReadAsync<long>("select count(*) from bridge.tasks where ended_at is null")).ShouldBe([30L]);

        polling.Upstream.Reply = new UpstreamReply.Failed(UpstreamFacts.None);
        await polling.EndPauseAsync();
        await polling.MakeDueAsync();
        await polling.UntilAsync(asked: asked + 1 + tasks.Count);
        await polling.Poller.WhenIdleAsync();
        (await polling.BudgetAsync()).ShouldBe("active 0");
        (await polling.Database.ReadAsync<long>("select count(*) from bridge.tasks where status = 'failed'")).ShouldBe([30L]);
    }

    [Fact]
    public async Task Two_refused_ids_among_many_stop_nobody_and_are_lost_in_the_end()
    {
        await using var polling = await PollerHarness.StartAsync(server, perSecond: 100_000);
        await polling.FileDueAsync(12);
        await polling.Database.ExecuteAsync("update bridge.tasks set registered_at = registered_at - interval '1 hour'");
        var bad = await polling.Database.ReadAsync<string>("select task_id from bridge.tasks order by id limit 2");
        polling.Upstream.ReplyTo = id => bad.Contains(id) ? new UpstreamReply.KeyRefused(403) : Processing;

        for (var round = 0; round < 12 && await LostAsync() < 2; round++)
        {
            await polling.EndPauseAsync();
            await polling.RunAsync();
            await polling.MakeDueAsync();
        }

        (await polling.Database.ReadAsync<string>("select task_id || ' ' || error_code from bridge.tasks where status = 'lost' order by id"))
            .ShouldBe([.. bad.Select(id => $"{id} upstream_forbidden")]);
        (await polling.Database.ReadAsync<long>("select count(*) from bridge.tasks where ended_at is null")).ShouldBe([10L]);
        (await polling.BudgetAsync()).ShouldBe("active 0");

        async Task<long> LostAsync() => (await polling.Database.ReadAsync<long>("select count(*) from bridge.tasks where status = 'lost'")).Single();
    }

    [Fact]
    public async Task A_lone_task_that_is_refused_is_never_given_up_for_it()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(1);
        await polling.Database.ExecuteAsync("update bridge.tasks set registered_at = registered_at - interval '1 hour'");
        polling.Upstream.Reply = Refused;

        for (var round = 0; round < 6; round++)
        {
            await polling.RunAsync();
            await polling.MakeDueAsync();
        }

        polling.Upstream.Asked.Count.ShouldBe(6);
        (await polling.Database.ReadAsync<string>("select status from bridge.tasks")).ShouldBe(["registered"]);
    }

    [Fact]
    public async Task What_is_claimed_and_waits_for_its_turn_when_the_key_is_closed_is_handed_back()
    {
        await using var polling = await PollerHarness.StartAsync(server, perSecond: 100);
        await polling.FileDueAsync(40);
        polling.Upstream.Reply = new UpstreamReply.Throttled(60 * Second);

        await polling.RunAsync();

        // The claim took ten turns; the first answer came before the others had theirs.
        polling.Upstream.Asked.Count.ShouldBeLessThan(10);
        (await polling.Database.ReadAsync<long>("select count(*) from bridge.tasks where polls = 1")).ShouldBe([(long)polling.Upstream.Asked.Count]);
        (await polling.RunAsync()).NextIn.ShouldNotBeNull().TotalSeconds.ShouldBeInRange(50, 60);
    }

    [Fact]
    public async Task Clients_of_one_key_take_turns_however_much_one_of_them_has_due()
    {
        await using var polling = await PollerHarness.StartAsync(server, perSecond: 100);
        await polling.FileDueAsync(300);
        await polling.Database.ExecuteAsync("update bridge.slots set next_due = next_due - interval '1 hour'");
        var small = await polling.FileForAsync(Make.NewId(), 10);

        await polling.UntilAsync(asked: 30);

        small.ShouldBeSubsetOf(polling.Upstream.Asked.Take(30));
    }

    [Fact]
    public async Task First_readings_leave_half_of_the_budget_to_those_that_are_late()
    {
        await using var polling = await PollerHarness.StartAsync(server, perSecond: 100);
        var (_, slot, _) = await polling.FileDueAsync(20);
        await polling.Database.ExecuteAsync("update bridge.tasks set polls = 1");
        await polling.Database.ExecuteAsync("update bridge.slots set fresh = false where id = $1", slot);
        var late = await polling.Database.ReadAsync<string>("select task_id from bridge.tasks");
        await polling.FileDueAsync(400);
        await polling.Database.ExecuteAsync("update bridge.slots set next_due = next_due - interval '1 hour' where fresh");

        await polling.UntilAsync(asked: 50);

        late.ShouldBeSubsetOf(polling.Upstream.Asked.Take(50));
        polling.Upstream.Asked.Take(30).Count(id => !late.Contains(id)).ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task While_another_value_of_the_key_is_rolled_out_a_process_with_the_refused_one_stays_quiet()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(30);
        await polling.Database.ExecuteAsync("""
            with other as (insert into bridge.upstream_budgets (fingerprint) values (sha256('new')) returning id)
            update bridge.upstream_keys set budget_id = other.id from other
            """);
        polling.Upstream.Reply = Refused;
        await polling.RunAsync();
        var asked = polling.Upstream.Asked.Count;

        await polling.RunAsync();
        await polling.Budgets.TickAsync(TestContext.Current.CancellationToken);
        await polling.RunAsync();

        asked.ShouldBeInRange(2, 29);
        polling.Upstream.Asked.Count.ShouldBe(asked);
        (await polling.Database.ReadAsync<string>("select state from bridge.upstream_budgets order by id")).ShouldBe(["rejected", "active"]);
    }

    [Fact]
    public async Task Many_missing_ids_and_no_answer_end_no_task_and_a_few_do()
    {
        await using var polling = await PollerHarness.StartAsync(server, perSecond: 100_000);
        await polling.FileDueAsync(25);
        await polling.Database.ExecuteAsync("update bridge.tasks set registered_at = registered_at - interval '1 hour'");
        polling.Upstream.Reply = new UpstreamReply.NotFound(404);
        for (var round = 0; round < 5; round++)
        {
            await polling.RunAsync();
            await polling.MakeDueAsync();
        }

        // Nine were counted before the tenth made the route doubtful, and none of them three times.
        (await polling.Database.ReadAsync<long>("select count(*) from bridge.tasks where ended_at is not null")).ShouldBe([0L]);
        (await polling.Database.ReadAsync<string>("select last_failure_kind from bridge.lanes")).ShouldBe(["wrong_route"]);

        var known = (await polling.Database.ReadAsync<string>("select task_id from bridge.tasks order by id limit 1")).Single();
        polling.Upstream.ReplyTo = id => id == known ? Processing : new UpstreamReply.NotFound(404);
        for (var round = 0; round < 8; round++)
        {
            await polling.MakeDueAsync();
            await polling.RunAsync();
        }

        (await polling.Database.ReadAsync<long>("select count(*) from bridge.tasks where status = 'lost'")).ShouldBe([24L]);
    }

    [Fact]
    public async Task A_backlog_of_a_paused_key_costs_the_others_nothing()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var before = await BuffersAsync(polling);
        await polling.Database.ExecuteAsync("""
            with budget as (
                insert into bridge.upstream_budgets (fingerprint, state, paused_until)
                values (sha256('other'), 'rejected', now() + interval '1 hour') returning id
            ), key as (
                insert into bridge.upstream_keys (id, name, created_at, budget_id, client_id)
                select bridge.new_id(), 'other', now(), budget.id, null from budget returning id
            ), lane as (
                insert into bridge.lanes (upstream_key_id, family, tier) select id, 'veo', 'default' from key returning id
            )
            insert into bridge.slots (lane, client_id, next_due)
            select lane.id, bridge.new_id(), now() - interval '1 hour' from lane cross join generate_series(1, 5000)
            """);
        await polling.Database.ExecuteAsync("vacuum analyze bridge.slots");

        (await BuffersAsync(polling)).ShouldBeLessThanOrEqualTo(before + 6); // The lane's, the key's and the budget's own rows.
        await polling.FileDueAsync(3);
        (await polling.RunAsync()).Done.ShouldBe(3);
    }

    private static async Task<int> BuffersAsync(PollerHarness polling)
    {
        var plan = await polling.Database.ReadAsync<string>(
            "explain (analyze, buffers, costs off, timing off, summary off) " + LanesDue.Sql, "veo", await polling.Database.DatabaseTimeAsync(), DBNull.Value,
            "https://upstream.example.test");
        // The first line with buffers is the whole statement's.
        var total = plan.First(line => line.Contains("Buffers:", StringComparison.Ordinal));
        return total.Split(' ').Where(word => word.StartsWith("hit=", StringComparison.Ordinal) || word.StartsWith("read=", StringComparison.Ordinal))
            .Sum(word => int.Parse(word.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
