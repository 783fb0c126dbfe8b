using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling;

public sealed class PollNowTests(PostgresServer server)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30.9);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_is_due_the_minimum_after_its_last_poll_and_its_slot_no_later()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(await database.DatabaseTimeAsync());
        await database.ClaimNowAsync(lane, TimeSpan.FromSeconds(54));
        var last = (await database.TimesAsync(tasks[0])).LastPolledAt!.Value;

        var next = await PollNow.RequestAsync(database.DataSource, tasks[0], Shortest, Cancellation);

        next.ShouldBe(last + Shortest);
        (await database.TimesAsync(tasks[0])).NextPollAt.ShouldBe(next);
        (await database.NextDueAsync(slot))!.Value.ShouldBeLessThanOrEqualTo(next!.Value);
    }

    [Fact]
    public async Task A_task_that_was_polled_long_ago_is_due_now()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var start = await database.DatabaseTimeAsync();
        var (_, slot, tasks) = await database.FileAsync(start + TimeSpan.FromMinutes(1));
        await database.ExecuteAsync("update bridge.tasks set last_polled_at = now() - interval '40 seconds'");

        var next = await PollNow.RequestAsync(database.DataSource, tasks[0], Shortest, Cancellation);

        next!.Value.ShouldBeInRange(start, await database.DatabaseTimeAsync());
        (await database.NextDueAsync(slot))!.Value.ShouldBeLessThanOrEqualTo(next.Value);
    }

    [Fact]
    public async Task It_never_makes_a_task_due_later_than_it_was()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var due = await database.DatabaseTimeAsync() + TimeSpan.FromSeconds(5);
        var (_, slot, tasks) = await database.FileAsync(due);
        await database.ExecuteAsync("update bridge.tasks set last_polled_at = now()");

        (await PollNow.RequestAsync(database.DataSource, tasks[0], Shortest, Cancellation)).ShouldBe(due);

        (await database.NextDueAsync(slot)).ShouldBe(due);
    }

    [Fact]
    public async Task A_task_that_has_ended_or_that_is_none_has_no_next_poll()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (_, _, tasks) = await database.FileAsync(PollingDatabase.Now);
        await database.EndAsync(tasks[0]);

        (await PollNow.RequestAsync(database.DataSource, tasks[0], Shortest, Cancellation)).ShouldBeNull();
        (await PollNow.RequestAsync(database.DataSource, Guid.Empty, Shortest, Cancellation)).ShouldBeNull();
    }
}
