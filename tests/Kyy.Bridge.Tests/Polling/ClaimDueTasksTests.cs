using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>The claim on real PostgreSQL: what it takes, what it leaves, and what it writes.</summary>
public sealed class ClaimDueTasksTests(PostgresServer server)
{
    private static readonly DateTimeOffset Now = PollingDatabase.Now;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_claim_is_the_reschedule()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(Now - Second);

        var claimed = await database.ClaimAsync(lane, interval: 42 * Second);

        claimed.ShouldHaveSingleItem().Id.ShouldBe(tasks[0]);
        claimed[0].Polls.ShouldBe(1);
        claimed[0].LastPolledAt.ShouldBeNull();
        (await database.TimesAsync(tasks[0])).ShouldBe(new TaskTimes(Now + 42 * Second, Now, 1, slot));
        (await database.NextDueAsync(slot)).ShouldBe(Now + 42 * Second);
    }

    [Fact]
    public async Task A_claim_that_fails_before_its_end_takes_nothing_and_leaves_no_lock()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(Now - Second, 3);

        await Should.ThrowAsync<InvalidOperationException>(() => database.Claims.ClaimAsync(
            PollingDatabase.Turn(lane), 10, (_, _) => throw new InvalidOperationException(), () => 0, Now, Cancellation));

        (await database.TimesAsync(tasks[0])).ShouldBe(new TaskTimes(Now - Second, null, 0, slot));
        (await database.ClaimAsync(lane)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_second_claim_right_after_finds_nothing()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, _, _) = await database.FileAsync(Now - Second, 5);

        (await database.ClaimAsync(lane)).Count.ShouldBe(5);

        (await database.ClaimAsync(lane)).ShouldBeEmpty();
        (await database.ClaimAsync(lane, now: Now + 40 * Second)).Count.ShouldBe(5);
    }

    [Fact]
    public async Task Only_the_due_members_of_a_slot_are_claimed_and_its_time_becomes_the_earliest_of_all_members()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, due) = await database.FileAsync(Now, 3);
        var later = await database.TasksAsync(slot, Now + 7 * Second, 2);

        var claimed = await database.ClaimAsync(lane);

        claimed.Select(task => task.Id).ShouldBe(due, ignoreOrder: true);
        (await database.TimesAsync(later[0])).ShouldBe(new TaskTimes(Now + 7 * Second, null, 0, slot));
        (await database.NextDueAsync(slot)).ShouldBe(Now + 7 * Second);
    }

    [Fact]
    public async Task The_limit_is_kept_the_longest_due_come_first_and_the_slot_stays_due_for_the_rest()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, _) = await database.FileAsync(Now - 2 * Second, 4);
        var longest = await database.TasksAsync(slot, Now - 9 * Second, 3);

        var claimed = await database.ClaimAsync(lane, limit: 3);

        claimed.Select(task => task.Id).ShouldBe(longest, ignoreOrder: true);
        (await database.NextDueAsync(slot)).ShouldBe(Now - 2 * Second);
        (await database.ClaimAsync(lane, limit: 3)).Count.ShouldBe(3);
        (await database.ClaimAsync(lane, limit: 3)).Count.ShouldBe(1);
        (await database.ClaimAsync(lane, limit: 3)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_slot_without_members_is_removed()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(Now - Second);
        await database.EndAsync(tasks[0]);

        (await database.ClaimAsync(lane)).ShouldBeEmpty();

        (await database.NextDueAsync(slot)).ShouldBeNull();
    }

    [Fact]
    public async Task A_slot_that_was_due_too_early_is_corrected()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var lane = await database.LaneAsync();
        var slot = await database.SlotAsync(lane, Now - Second);
        await database.TasksAsync(slot, Now + 3 * Second);

        (await database.ClaimAsync(lane)).ShouldBeEmpty();

        (await database.NextDueAsync(slot)).ShouldBe(Now + 3 * Second);
    }

    [Fact]
    public async Task Other_lanes_are_left_alone()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, _, _) = await database.FileAsync(Now - Second);
        var (_, otherSlot, others) = await database.FileAsync(Now - Second, family: "videos");

        await database.ClaimAsync(lane);

        (await database.TimesAsync(others[0])).ShouldBe(new TaskTimes(Now - Second, null, 0, otherSlot));
        (await database.NextDueAsync(otherSlot)).ShouldBe(Now - Second);
    }

    [Fact]
    public async Task The_given_time_decides_what_is_due_to_the_microsecond()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, _, _) = await database.FileAsync(Now);

        (await database.ClaimAsync(lane, now: Now - TimeSpan.FromMicroseconds(1))).ShouldBeEmpty();
        (await database.ClaimAsync(lane, now: Now)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_given_time_the_database_s_own_clock_decides()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var now = await database.DatabaseTimeAsync();
        var (lane, slot, due) = await database.FileAsync(now);
        await database.TasksAsync(slot, now + TimeSpan.FromMinutes(5));

        (await database.ClaimNowAsync(lane)).ShouldHaveSingleItem().Id.ShouldBe(due[0]);
    }

    [Fact]
    public async Task The_jitter_is_one_for_all_tasks_of_a_slot_and_another_for_the_next_slot()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, first, _) = await database.FileAsync(Now - Second, 3);
        var (_, second, _) = await database.FileAsync(Now - Second, 3);
        var draws = 0;

        var claimed = await database.Claims.ClaimAsync(PollingDatabase.Turn(lane), 10, (_, jitter) => jitter * Second, () => ++draws, Now, Cancellation);

        claimed.Count.ShouldBe(6);
        draws.ShouldBe(2);
        DateTimeOffset?[] due = [await database.NextDueAsync(first), await database.NextDueAsync(second)];
        due.ShouldBe([Now + Second, Now + 2 * Second], ignoreOrder: true);
        (await database.ReadAsync<long>("select count(distinct next_poll_at) from bridge.tasks group by slot_id")).ShouldBe([1L, 1L]);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(-90, 90 + 5)] // Created well before the registration: the upstream's age.
    [InlineData(30, 5)] // After it: the clocks differ, and it cannot be younger than its registration.
    [InlineData(-60 * 24 * 400, (48 * 60) + 5)] // More than two days before: no sane creation time.
    public async Task The_age_is_the_upstream_s_within_sane_limits(int? createdMinutesAfterRegistration, int ageInMinutes)
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, _, tasks) = await database.FileAsync(Now);
        if (createdMinutesAfterRegistration is { } minutes)
        {
            await database.ExecuteAsync(
                "update bridge.tasks set upstream_created_at = registered_at + $2 where id = $1", tasks[0], TimeSpan.FromMinutes(minutes));
        }

        var claimed = await database.ClaimAsync(lane);

        claimed.Single().Age.ShouldBe(TimeSpan.FromMinutes(ageInMinutes));
        claimed.Single().RegisteredFor.ShouldBe(TimeSpan.FromMinutes(5));
        claimed.Single().DeadlineIn.ShouldBe(TimeSpan.FromDays(1));
    }

    [Theory]
    [InlineData(1, 4, 400)]
    [InlineData(2, 8, 1_000)]
    [InlineData(3, 3, 57)]
    public async Task However_many_claim_at_once_each_due_task_is_claimed_once(int seed, int claimers, int tasks)
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var random = new Random(seed);
        var lane = await database.LaneAsync();
        for (var left = tasks; left > 0;)
        {
            var size = Math.Min(left, random.Next(1, 60));
            await database.TasksAsync(await database.SlotAsync(lane, Now - Second), Now - random.Next(0, 30) * Second, size);
            left -= size;
        }

        await database.ExecuteAsync("update bridge.slots set next_due = $1", Now - 60 * Second);
        int[] limits = [.. Enumerable.Range(0, claimers).Select(_ => random.Next(3, 90))];
        var claimed = 0;
        var all = await Task.WhenAll(limits.Select(limit => Task.Run(async () =>
        {
            var mine = new List<DueTask>();
            // A claim that finds nothing may only have met the locks of the others.
            for (var round = 0; Volatile.Read(ref claimed) < tasks; round++)
            {
                round.ShouldBeLessThan(10_000);
                var batch = await database.ClaimAsync(lane, limit, TimeSpan.FromHours(1));
                batch.Count.ShouldBeLessThanOrEqualTo(limit);
                mine.AddRange(batch);
                Interlocked.Add(ref claimed, batch.Count);
            }

            return mine;
        })));

        all.Sum(mine => mine.Count).ShouldBe(tasks);
        all.SelectMany(mine => mine).Select(task => task.Id).Distinct().Count().ShouldBe(tasks);
        (await database.ReadAsync<long>("select count(*) from bridge.tasks where polls = 1")).ShouldBe([tasks]);
        (await database.ClaimAsync(lane)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_slot_that_is_being_filled_is_passed_over_and_not_waited_for()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(Now - Second);
        await using var filling = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await filling.BeginTransactionAsync(Cancellation);
        await LockAsync(filling, "bridge.slots", slot);

        (await database.ClaimAsync(lane)).ShouldBeEmpty();
        await transaction.CommitAsync(Cancellation);

        (await database.ClaimAsync(lane)).ShouldHaveSingleItem().Id.ShouldBe(tasks[0]);
    }

    [Fact]
    public async Task A_task_that_is_filed_while_a_claim_holds_the_slot_is_not_forgotten()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var filing = new SlotFiling(new ManualTime());
        var lane = await database.LaneAsync();
        var slot = await RegisterAsync(database, filing, lane, Now - Second);
        Task<long>? late = null;

        // The plan is asked inside the claim's transaction, after the slot was locked.
        var claimed = await database.Claims.ClaimAsync(
            PollingDatabase.Turn(lane), 10,
            (_, _) =>
            {
                late = RegisterAsync(database, filing, lane, Now);
                BlockUntil(database.WhenBlockedAsync());
                return 40 * Second;
            },
            () => 0, Now, Cancellation);

        claimed.Count.ShouldBe(1);
        (await late!).ShouldBe(slot);
        (await database.ClaimAsync(lane)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_whose_row_is_held_by_a_recorder_is_left_due()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(Now - Second, 2);
        await using var recorder = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await recorder.BeginTransactionAsync(Cancellation);
        await LockAsync(recorder, "bridge.tasks", tasks[0]);

        (await database.ClaimAsync(lane)).ShouldHaveSingleItem().Id.ShouldBe(tasks[1]);

        (await database.NextDueAsync(slot)).ShouldBe(Now - Second);
        await transaction.CommitAsync(Cancellation);
        (await database.ClaimAsync(lane)).ShouldHaveSingleItem().Id.ShouldBe(tasks[0]);
    }

    /// <summary>Files one due task as a registration does, in a transaction.</summary>
    private static async Task<long> RegisterAsync(PollingDatabase database, SlotFiling filing, int lane, DateTimeOffset due)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        using var filed = await filing.FileAsync(connection, [new(lane, PollingDatabase.Client)], Cancellation);
        var slot = filed.Slots.Single();
        await using var insert = new NpgsqlCommand(
            """
            insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family_given, service_tier, service_tier_given,
                                      registered_at, deadline_at, slot_id, next_poll_at)
            values (bridge.new_id(), bridge.new_id(), bridge.new_id(), 'video_1', false, 'default', false, $1, $1, $2, $1)
            """,
            connection);
        insert.Parameters.Add(new() { Value = due });
        insert.Parameters.Add(new() { Value = slot });
        await insert.ExecuteNonQueryAsync(Cancellation);
        // The slot's time is of the database's clock, the tests' is their own.
        await using var align = new NpgsqlCommand("update bridge.slots set next_due = least(next_due, $1) where id = $2", connection);
        align.Parameters.Add(new() { Value = due });
        align.Parameters.Add(new() { Value = slot });
        await align.ExecuteNonQueryAsync(Cancellation);
        await transaction.CommitAsync(Cancellation);
        return slot;
    }

    private static async Task LockAsync(NpgsqlConnection connection, string table, object id)
    {
        await using var command = new NpgsqlCommand($"select from {table} where id = $1 for no key update", connection);
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static void BlockUntil(Task happened) => Task.WaitAny([happened], TimeSpan.FromSeconds(20)).ShouldBe(0);
}
