using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Polling;

public sealed class SlotFilingTests(PostgresServer server)
{
    private readonly ManualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tasks_that_come_about_together_share_a_slot()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var filing = new SlotFiling(_time);
        var lane = await database.LaneAsync();

        var first = await FileAsync(database, filing, lane, lane);
        _time.Advance(TimeSpan.FromSeconds(2));
        var second = await FileAsync(database, filing, lane);

        first.Concat(second).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_slot_is_open_for_a_moment_only_so_that_its_members_come_due_together()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var filing = new SlotFiling(_time);
        var lane = await database.LaneAsync();
        var first = await FileAsync(database, filing, lane);

        _time.Advance(TimeSpan.FromSeconds(3));

        (await FileAsync(database, filing, lane)).ShouldNotBe(first);
    }

    [Theory]
    [InlineData(200, new[] { 200 })]
    [InlineData(201, new[] { 200, 1 })]
    [InlineData(500, new[] { 200, 200, 100 })]
    public async Task No_slot_is_given_more_than_its_size(int tasks, int[] sizes)
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var lane = await database.LaneAsync();

        var slots = await FileAsync(database, new SlotFiling(_time), [.. Enumerable.Repeat(lane, tasks)]);

        slots.CountBy(slot => slot).Select(slot => slot.Value).ShouldBe(sizes);
    }

    [Fact]
    public async Task What_a_call_leaves_free_the_next_one_fills_and_opens_another_for_the_rest()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var filing = new SlotFiling(_time);
        var lane = await database.LaneAsync();
        var first = await FileAsync(database, filing, [.. Enumerable.Repeat(lane, 190)]);

        var second = await FileAsync(database, filing, [.. Enumerable.Repeat(lane, 25)]);
        var third = await FileAsync(database, filing, lane);

        second.Count(slot => slot == first[0]).ShouldBe(10);
        second.Distinct().Count().ShouldBe(2);
        third.ShouldBe([second[^1]]);
    }

    [Fact]
    public async Task Each_task_is_filed_in_its_own_lane_in_the_order_given()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        int[] lanes = [await database.LaneAsync("veo"), await database.LaneAsync("videos"), await database.LaneAsync("seedance15", "flex")];
        int[] mixed = [.. Enumerable.Range(0, 30).Select(i => lanes[i % 3])];

        var slots = await FileAsync(database, new SlotFiling(_time), mixed);

        slots.Distinct().Count().ShouldBe(3);
        for (var i = 0; i < mixed.Length; i++)
            (await database.ReadAsync<int>("select lane from bridge.slots where id = $1", slots[i])).ShouldBe([mixed[i]]);
    }

    [Fact]
    public async Task An_open_slot_is_due_again_when_it_is_given_new_members()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var filing = new SlotFiling(_time);
        var lane = await database.LaneAsync();
        var slot = (await FileAsync(database, filing, lane)).Single();
        await database.ExecuteAsync("update bridge.slots set next_due = now() + interval '1 hour'");

        await FileAsync(database, filing, lane);

        (await database.NextDueAsync(slot))!.Value.ShouldBeLessThanOrEqualTo(await database.DatabaseTimeAsync());
    }

    [Fact]
    public async Task A_slot_that_was_removed_is_replaced()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var filing = new SlotFiling(_time);
        var lane = await database.LaneAsync();
        var slot = (await FileAsync(database, filing, lane)).Single();
        await database.ExecuteAsync("delete from bridge.slots where id = $1", slot);

        var replaced = (await FileAsync(database, filing, lane)).Single();

        replaced.ShouldNotBe(slot);
        (await database.NextDueAsync(replaced)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_slot_that_is_just_being_removed_is_waited_for_and_replaced()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var filing = new SlotFiling(_time);
        var lane = await database.LaneAsync();
        var slot = (await FileAsync(database, filing, lane)).Single();
        await using var claim = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await claim.BeginTransactionAsync(Cancellation);
        await new NpgsqlCommand("delete from bridge.slots where id = $1", claim) { Parameters = { new() { Value = slot } } }
            .ExecuteNonQueryAsync(Cancellation);

        var filed = FileAsync(database, filing, lane);
        await database.WhenBlockedAsync();
        await transaction.CommitAsync(Cancellation);

        (await database.NextDueAsync((await filed).Single())).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_slot_of_a_transaction_that_came_to_nothing_is_not_used()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var filing = new SlotFiling(_time);
        var lane = await database.LaneAsync();
        await using (var connection = await database.DataSource.OpenConnectionAsync(Cancellation))
        {
            await using var rolledBack = await connection.BeginTransactionAsync(Cancellation);
            using var filed = await filing.FileAsync(connection, [new(lane, PollingDatabase.Client)], Cancellation);
        }

        (await database.NextDueAsync((await FileAsync(database, filing, lane)).Single())).ShouldNotBeNull();
    }

    [Fact]
    public async Task Transactions_at_the_same_time_do_not_wait_for_each_other_and_leave_both_slots_open()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var filing = new SlotFiling(_time);
        var lane = await database.LaneAsync();
        SlotOwner[] owner = [new(lane, PollingDatabase.Client)];
        await FileAsync(database, filing, lane);
        await using var first = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var second = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var one = await first.BeginTransactionAsync(Cancellation);
        await using var other = await second.BeginTransactionAsync(Cancellation);

        var filed = await filing.FileAsync(first, owner, Cancellation);
        var meanwhile = await filing.FileAsync(second, owner, Cancellation);
        await one.CommitAsync(Cancellation);
        await other.CommitAsync(Cancellation);
        filed.Dispose();
        meanwhile.Dispose();

        meanwhile.Slots.ShouldNotBe(filed.Slots);
        (await FileAsync(database, filing, lane)).ShouldBe(meanwhile.Slots);
        await FileAsync(database, filing, [.. Enumerable.Repeat(lane, SlotFiling.Size + 100)]);
        (await database.ReadAsync<long>("select id from bridge.slots")).Count.ShouldBe(3);
    }

    private static async Task<long[]> FileAsync(PollingDatabase database, SlotFiling filing, params int[] lanes)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        using var filed = await filing.FileAsync(connection, [.. lanes.Select(lane => new SlotOwner(lane, PollingDatabase.Client))], Cancellation);
        await transaction.CommitAsync(Cancellation);
        return [.. filed.Slots];
    }
}
