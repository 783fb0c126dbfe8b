using Kyy.Bridge.Keys;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling;

public sealed class LanesTests(PostgresServer server)
{
    private static readonly DateTimeOffset At = PollingDatabase.Now;
    private static readonly TaskTrouble Outage = new("server_error", 503);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_many_processes_look_for_a_lane_at_once_there_is_one()
    {
        await using var database = await PollingDatabase.CreateAsync(server);

        var found = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
            await new Lanes(database.DataSource).FindAsync(UpstreamKey.Operator, "veo", "default", Cancellation))));

        found.Distinct().ShouldHaveSingleItem();
        (await database.ReadAsync<int>("select id from bridge.lanes")).ShouldBe([found[0]]);
    }

    [Fact]
    public async Task Whoever_meets_a_lane_that_is_just_being_made_waits_and_finds_it()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        await using var other = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await using var insert = new Npgsql.NpgsqlCommand(
            "insert into bridge.lanes (upstream_key_id, family, tier) values ($1, 'veo', 'default') returning id", other);
        insert.Parameters.Add(new() { Value = UpstreamKey.Operator });
        var made = (int)(await insert.ExecuteScalarAsync(Cancellation))!;

        var found = database.LaneAsync();
        await database.WhenBlockedAsync();
        await transaction.CommitAsync(Cancellation);

        (await found).ShouldBe(made);
    }

    [Fact]
    public async Task Family_and_tier_make_a_lane_and_an_unknown_family_is_the_default_one()
    {
        await using var database = await PollingDatabase.CreateAsync(server);

        int[] lanes =
            [await database.LaneAsync("veo"), await database.LaneAsync("seedance15"), await database.LaneAsync("seedance15", "flex")];

        lanes.Distinct().Count().ShouldBe(3);
        (await database.Lanes.FindAsync(UpstreamKey.Operator, null, "default", Cancellation)).ShouldBe(await database.LaneAsync("default"));
    }

    [Fact]
    public async Task Failures_add_up_within_a_round_and_over_the_rounds()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var lane = await database.LaneAsync();
        var other = await database.LaneAsync("videos");

        await database.Lanes.ReportAsync([new(lane, 1, new("timeout"), At), new(other, 1, Outage, At), new(lane, 1, Outage, At)]);
        await database.Lanes.ReportAsync([new(lane, 1, Outage, At + TimeSpan.FromSeconds(1))]);

        (await RowAsync(database, lane)).ShouldBe("3 server_error 503 12:00:01");
        (await RowAsync(database, other)).ShouldBe("1 server_error 503 12:00:00");
    }

    [Fact]
    public async Task A_success_ends_the_row_of_failures_and_keeps_what_the_last_one_was()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var lane = await database.LaneAsync();
        await database.Lanes.ReportAsync([new(lane, 1, Outage, At)]);

        await database.Lanes.ReportAsync([new(lane, 1, Outage, At), new(lane, 0, null, At + TimeSpan.FromSeconds(9))]);

        (await RowAsync(database, lane)).ShouldBe("0 server_error 503 12:00:00");
    }

    [Fact]
    public async Task A_failure_after_a_success_of_the_same_round_is_the_first_of_a_new_row()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var lane = await database.LaneAsync();
        await database.Lanes.ReportAsync([new(lane, 7, Outage, At)]);

        await database.Lanes.ReportAsync([new(lane, 0, null, At), new(lane, 1, Outage, At)]);

        (await RowAsync(database, lane)).ShouldBe("1 server_error 503 12:00:00");
    }

    private static async Task<string> RowAsync(PollingDatabase database, int lane) => (await database.ReadAsync<string>(
        """
        select concat_ws(' ', failures, last_failure_kind, last_failure_status, to_char(last_failure_at at time zone 'utc', 'HH24:MI:SS'))
        from bridge.lanes where id = $1
        """,
        lane)).Single();
}
