using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling;

public sealed class CorrectClaimsTests(PostgresServer server)
{
    private static readonly DateTimeOffset Now = PollingDatabase.Now;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_task_that_is_handed_back_is_due_as_if_it_had_not_been_claimed()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var start = await database.DatabaseTimeAsync();
        var (lane, slot, tasks) = await database.FileAsync(start);
        var claimed = (await database.ClaimNowAsync(lane)).Single();

        await CorrectClaims.HandBackAsync(database.DataSource, [new(claimed, IsLate: true)]);

        var times = await database.TimesAsync(tasks[0]);
        times.Polls.ShouldBe(0);
        times.LastPolledAt.ShouldBeNull();
        times.NextPollAt.ShouldNotBeNull().ShouldBe(start);
        (await database.NextDueAsync(slot))!.Value.ShouldBeLessThanOrEqualTo(start);
        (await database.ClaimNowAsync(lane)).ShouldHaveSingleItem().Polls.ShouldBe(1);
    }

    [Fact]
    public async Task The_poll_before_is_the_last_one_again_after_a_hand_back()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, _, tasks) = await database.FileAsync(Now);
        await database.ClaimAsync(lane);
        var second = (await database.ClaimAsync(lane, now: Now + 40 * Second)).Single();
        second.LastPolledAt.ShouldBe(Now);

        await CorrectClaims.HandBackAsync(database.DataSource, [new(second, IsLate: true)]);

        var times = await database.TimesAsync(tasks[0]);
        times.LastPolledAt.ShouldBe(Now);
        times.Polls.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_claimed_since_is_not_handed_back()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(Now);
        var first = (await database.ClaimAsync(lane)).Single();
        await database.ClaimAsync(lane, now: Now + 40 * Second);

        await CorrectClaims.HandBackAsync(database.DataSource, [new(first, IsLate: true)]);

        (await database.TimesAsync(tasks[0])).ShouldBe(new TaskTimes(Now + 80 * Second, Now + 40 * Second, 2, slot));
    }

    [Fact]
    public async Task A_task_that_has_ended_since_stays_ended()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, _, tasks) = await database.FileAsync(Now);
        var claimed = (await database.ClaimAsync(lane)).Single();
        await database.EndAsync(tasks[0]);

        await CorrectClaims.HandBackAsync(database.DataSource, [new(claimed, IsLate: true)]);
        await CorrectClaims.PushOnAsync(database.DataSource, [new(claimed, 10 * Second, 30 * Second)]);

        (await database.TimesAsync(tasks[0])).ShouldBe(new TaskTimes(null, Now, 1, null));
    }

    [Theory]
    [InlineData(5, 40)] // 5 + 30 is within what was planned.
    [InlineData(10, 40)]
    [InlineData(15, 45)]
    public async Task The_minimum_counts_from_the_latest_moment_at_which_the_upstream_can_have_been_asked(int latest, int next)
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(Now);
        var claimed = (await database.ClaimAsync(lane, interval: 40 * Second)).Single();

        await CorrectClaims.PushOnAsync(database.DataSource, [new(claimed, latest * Second, 30 * Second)]);

        (await database.TimesAsync(tasks[0])).ShouldBe(new TaskTimes(Now + next * Second, Now + latest * Second, 1, slot));
    }

    [Fact]
    public async Task What_was_claimed_since_is_not_pushed_on()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(Now);
        var first = (await database.ClaimAsync(lane)).Single();
        await database.ClaimAsync(lane, now: Now + 40 * Second);

        await CorrectClaims.PushOnAsync(database.DataSource, [new(first, 60 * Second, 30 * Second)]);

        (await database.TimesAsync(tasks[0])).ShouldBe(new TaskTimes(Now + 80 * Second, Now + 40 * Second, 2, slot));
    }
}
