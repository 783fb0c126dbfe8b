using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kyy.Bridge.Tests.Polling;

public sealed class RepairSlotsTests(PostgresServer server)
{
    private static readonly DateTimeOffset Now = PollingDatabase.Now;

    [Fact]
    public async Task A_slot_that_would_come_due_too_late_is_brought_forward()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var lane = await database.LaneAsync();
        var slot = await database.SlotAsync(lane, Now + TimeSpan.FromHours(9));
        await database.TasksAsync(slot, Now + TimeSpan.FromMinutes(2));
        await database.TasksAsync(slot, Now + TimeSpan.FromMinutes(1));

        (await RepairAsync(database)).ShouldBe(1);

        (await database.NextDueAsync(slot)).ShouldBe(Now + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Tasks_whose_slot_is_gone_are_filed_anew_in_their_own_lanes()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (lane, slot, tasks) = await database.FileAsync(Now, 3);
        var (otherLane, _, others) = await database.FileAsync(Now, 2, family: "videos");
        await database.ExecuteAsync("delete from bridge.slots");

        (await RepairAsync(database)).ShouldBe(5);

        (await database.ClaimNowAsync(lane)).Select(task => task.Id).ShouldBe(tasks, ignoreOrder: true);
        (await database.ClaimNowAsync(otherLane)).Select(task => task.Id).ShouldBe(others, ignoreOrder: true);
        (await database.TimesAsync(tasks[0])).Slot.ShouldNotBe(slot);
    }

    [Fact]
    public async Task What_is_in_order_is_left_alone()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        var (_, slot, _) = await database.FileAsync(Now, 3);
        var early = await database.SlotAsync(await database.LaneAsync(), Now - TimeSpan.FromMinutes(1));
        await database.TasksAsync(early, Now);
        var (_, _, ended) = await database.FileAsync(Now);
        await database.EndAsync(ended[0]);

        (await RepairAsync(database)).ShouldBe(0);

        (await database.NextDueAsync(slot)).ShouldBe(Now);
        (await database.NextDueAsync(early)).ShouldBe(Now - TimeSpan.FromMinutes(1));
    }

    private static async Task<int> RepairAsync(PollingDatabase database)
    {
        var repair = new RepairSlots(database.DataSource, NullLogger<RepairSlots>.Instance);
        return (await repair.RunOnceAsync(TestContext.Current.CancellationToken)).Done;
    }
}
