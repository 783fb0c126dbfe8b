using Kyy.Bridge.Maintenance;
using Kyy.Bridge.Tests.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Maintenance;

public sealed class PrunerTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_that_ended_long_enough_ago_goes_with_all_that_belongs_to_it()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        await FillAsync(database, 3, endedDaysAgo: 31, pending: false);
        await database.ExecuteAsync(
            """
            insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, status_code)
            select id, 1, now(), 1, 200 from bridge.deliveries
            """);

        (await PruneAsync(database)).ShouldBe(3);

        foreach (var table in (string[])["tasks", "events", "task_callbacks", "deliveries", "delivery_attempts"])
            (await database.ReadAsync<long>($"select count(*) from bridge.{table}")).Single().ShouldBe(0, table);
    }

    [Fact]
    public async Task What_ended_later_and_what_has_not_ended_stays()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        await FillAsync(database, 2, endedDaysAgo: 29, pending: false);
        await FillAsync(database, 1, endedDaysAgo: 31, pending: false);
        await database.ExecuteAsync(
            """
            insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family_given, service_tier, service_tier_given,
                                      registered_at, deadline_at, slot_id, next_poll_at)
            values (bridge.new_id(), bridge.new_id(), bridge.new_id(), 'video', false, 'default', false,
                    now() - interval '90 days', now(), 1, now())
            """);

        (await PruneAsync(database)).ShouldBe(1);

        (await database.ReadAsync<long>("select count(*) from bridge.tasks")).ShouldBe([3]);
    }

    [Fact]
    public async Task A_task_stays_while_one_of_its_deliveries_has_not_ended()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        await FillAsync(database, 1, endedDaysAgo: 31, pending: true);

        (await PruneAsync(database)).ShouldBe(0);
        await database.ExecuteAsync("update bridge.deliveries set state = 'dead', ended_at = now(), next_attempt_at = null");
        (await PruneAsync(database)).ShouldBe(1);
    }

    [Fact]
    public async Task Replays_that_ended_long_enough_ago_go_and_open_ones_stay()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        await database.ExecuteAsync("""
            insert into bridge.replays (id, client_id, kind, since, until, status, created_at, ended_at, next_step_at)
            select bridge.new_id(), bridge.new_id(), 'redeliver', now(), now(), case when days is null then 'running' else 'completed' end,
                   now() - interval '90 days', now() - days * interval '1 day', case when days is null then now() end
            from unnest(array[31, 29, null]) ended (days)
            """);

        (await PruneAsync(database)).ShouldBe(1);

        (await database.ReadAsync<string>("select status from bridge.replays order by status")).ShouldBe(["completed", "running"]);
    }

    [Fact]
    public async Task Idempotency_keys_are_kept_for_a_day()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        await database.ExecuteAsync(
            """
            insert into bridge.idempotency_keys (owner, method, path, key, fingerprint, created_at)
            select bridge.new_id(), 'POST', '/v1/tasks', hours::text, decode(repeat('00', 32), 'hex'), now() - make_interval(hours => hours)
            from unnest(array[1, 23, 25, 90]) hours
            """);

        (await PruneAsync(database)).ShouldBe(2);

        (await database.ReadAsync<string>("select key from bridge.idempotency_keys order by key")).ShouldBe(["1", "23"]);
    }

    [Fact]
    public async Task Slots_of_a_removed_key_that_nothing_is_filed_in_go_after_a_day()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        await database.ExecuteAsync(
            """
            with lane as (
                insert into bridge.lanes (upstream_key_id, family, tier) select id, 'veo', 'default' from bridge.upstream_keys returning id
            ), slot as (
                insert into bridge.slots (lane, next_due)
                select id, now() - make_interval(hours => hours) from lane cross join unnest(array[25, 30, 23]) hours
                returning id, next_due
            )
            insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family_given, service_tier, service_tier_given,
                                      registered_at, deadline_at, slot_id, next_poll_at)
            select bridge.new_id(), bridge.new_id(), bridge.new_id(), 'video', false, 'default', false, now(), now(), id, next_due
            from slot where next_due < now() - interval '29 hours'
            """);

        (await PruneAsync(database)).ShouldBe(1);

        (await database.ReadAsync<double>("select round(extract(epoch from now() - next_due) / 3600)::float8 from bridge.slots order by 1"))
            .ShouldBe([23, 30]);
    }

    [Fact]
    public async Task Much_is_removed_in_bounded_steps_that_follow_at_once()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);
        await FillAsync(database, 1_500, endedDaysAgo: 31, pending: false);
        var pruner = new Pruner(database.DataSource, new RetentionSettings());

        var first = await pruner.RunOnceAsync(Cancellation);
        var second = await pruner.RunOnceAsync(Cancellation);
        var third = await pruner.RunOnceAsync(Cancellation);

        (first.Done, second.Done, third.Done).ShouldBe((1_000, 500, 0));
        first.NextIn!.Value.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        third.NextIn.ShouldBeNull();
    }

    private static async Task<int> PruneAsync(DeliveryDatabase database) =>
        (await new Pruner(database.DataSource, new RetentionSettings()).RunOnceAsync(Cancellation)).Done;

    private static async Task FillAsync(DeliveryDatabase database, int tasks, int endedDaysAgo, bool pending)
    {
        var deliveries = await database.DeliveriesAsync(await database.DestinationAsync(), tasks);
        await database.ExecuteAsync(
            """
            update bridge.tasks set ended_at = now() - make_interval(days => $1)
            where id in (select task_id from bridge.deliveries where id = any ($2))
            """,
            endedDaysAgo, deliveries.ToArray());
        if (pending) return;
        await database.ExecuteAsync(
            "update bridge.deliveries set state = 'delivered', ended_at = now(), next_attempt_at = null where id = any ($1)",
            deliveries.ToArray());
    }
}
