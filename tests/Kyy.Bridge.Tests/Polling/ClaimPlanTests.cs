using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>The statements of the claim on tables of a size at which the wrong plan would be felt.</summary>
public sealed class ClaimPlanTests(PostgresServer server)
{
    private const int Slots = 2_000, TasksInEach = 20;

    private const string CoveringSql = """
        select i.indexrelid::regclass::text
        from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = 'bridge.tasks'::regclass and a.attname in ('next_poll_at', 'last_polled_at', 'polls')
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // As right after a start with an empty database: no statistics at all.
    public async Task Every_statement_of_a_claim_goes_by_its_index(bool analyzed)
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var lane = await FillAsync(database);
        if (analyzed) await database.ExecuteAsync("analyze bridge.slots, bridge.tasks, bridge.lanes");
        var task = (await database.ReadAsync<Guid>("select id from bridge.tasks limit 1")).Single();
        var slot = (await database.ReadAsync<long>("select id from bridge.slots limit 1")).Single();

        var lockDue = await ExplainAsync(database, ClaimDueTasks.LockDue, lane, 8, 64, PollingDatabase.Now, PollingDatabase.Client, true);
        lockDue.ShouldContain("slots_turns");
        lockDue.ShouldContain("tasks_slot");
        lockDue.ShouldNotContain("Seq Scan");

        var moveOn = await ExplainAsync(
            database, ClaimDueTasks.MoveOn, (Guid[])[task], (TimeSpan[])[TimeSpan.FromSeconds(40)], PollingDatabase.Now);
        moveOn.ShouldContain("tasks_pkey");
        moveOn.ShouldNotContain("Seq Scan");

        var correct = await ExplainAsync(database, ClaimDueTasks.CorrectSlots, (long[])[slot]);
        correct.ShouldContain("tasks_slot");
        correct.ShouldContain("slots_pkey");
        correct.ShouldNotContain("Seq Scan");
    }

    [Fact]
    public async Task The_look_at_the_lanes_is_one_probe_for_each_client()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        await FillAsync(database);
        await database.ExecuteAsync("analyze bridge.slots, bridge.tasks, bridge.lanes");

        var plan = await ExplainAsync(database, LanesDue.Sql, "veo", PollingDatabase.Now, DBNull.Value, "https://upstream.example.test");

        plan.ShouldContain("slots_turns");
        plan.ShouldNotContain("Seq Scan on slots");
    }

    [Fact]
    public async Task A_claim_moves_tasks_within_their_pages_and_touches_no_index()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var lane = await FillAsync(database);

        var before = await PagesAsync(database);

        var claimed = await database.ClaimAsync(lane, limit: 100);

        // As many as are due in the slots that one claim takes.
        claimed.ShouldNotBeEmpty();
        var after = await PagesAsync(database);
        claimed.ShouldAllBe(task => after[task.Id] == before[task.Id]);
        (await database.ReadAsync<string>(CoveringSql)).ShouldBeEmpty();
    }

    private static async Task<int> FillAsync(PollingDatabase database)
    {
        var lane = await database.LaneAsync();
        await database.ExecuteAsync(
            """
            insert into bridge.slots (lane, client_id, next_due)
            select $1, case when n % 4 = 0 then $4 else bridge.new_id() end, $2::timestamptz + make_interval(secs => n % 50 - 10)
            from generate_series(1, $3) n
            """,
            lane, PollingDatabase.Now, Slots, PollingDatabase.Client);
        await database.ExecuteAsync(
            """
            insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family_given, service_tier, service_tier_given,
                                      registered_at, deadline_at, slot_id, next_poll_at)
            select bridge.new_id(), bridge.new_id(), bridge.new_id(), 'video', false, 'default', false, $1, $1, s.id, s.next_due
            from bridge.slots s cross join generate_series(1, $2)
            """,
            PollingDatabase.Now, TasksInEach);
        return lane;
    }

    private static async Task<string> ExplainAsync(PollingDatabase database, string sql, params object[] parameters) =>
        string.Join('\n', await database.ReadAsync<string>("explain " + sql, parameters));

    private static async Task<Dictionary<Guid, string>> PagesAsync(PollingDatabase database)
    {
        var pages = await database.ReadAsync<string>("select id || ' ' || split_part(ctid::text, ',', 1) from bridge.tasks");
        return pages.Select(page => page.Split(' ')).ToDictionary(page => Guid.Parse(page[0]), page => page[1]);
    }
}
