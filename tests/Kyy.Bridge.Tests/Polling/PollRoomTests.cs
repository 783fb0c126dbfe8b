using Kyy.Bridge.Polling;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling;

public sealed class PollRoomTests
{
    [Fact]
    public void No_more_than_the_capacity_is_ever_taken()
    {
        using var waiter = new WakeSignal();
        var room = new PollRoom(64);

        room.Take(50, waiter).ShouldBe(50);
        room.Take(50, waiter).ShouldBe(14);
        room.Take(50, waiter).ShouldBe(0);
        room.Return(3);
        room.Take(50, waiter).ShouldBe(3);
    }

    [Fact]
    public async Task Whoever_found_no_room_is_woken_by_the_next_room()
    {
        using var first = new WakeSignal();
        using var second = new WakeSignal();
        var room = new PollRoom(1);
        room.Take(1, first);
        room.Take(1, first).ShouldBe(0);
        room.Take(1, second).ShouldBe(0);

        room.Return(1);

        (await IsRaisedAsync(first)).ShouldBeTrue();
        (await IsRaisedAsync(second)).ShouldBeTrue();
    }

    [Fact]
    public async Task Whoever_had_room_is_not_woken_nor_anybody_twice()
    {
        using var served = new WakeSignal();
        using var refused = new WakeSignal();
        var room = new PollRoom(2);
        room.Take(2, served);
        room.Take(1, refused);
        room.Return(1);
        (await IsRaisedAsync(refused)).ShouldBeTrue();

        room.Return(1);

        (await IsRaisedAsync(served)).ShouldBeFalse();
        (await IsRaisedAsync(refused)).ShouldBeFalse();
    }

    [Fact]
    public async Task Returning_nothing_wakes_nobody()
    {
        using var waiter = new WakeSignal();
        var room = new PollRoom(1);
        room.Take(1, waiter);
        room.Take(1, waiter);

        room.Return(0);

        (await IsRaisedAsync(waiter)).ShouldBeFalse();
    }

    private static Task<bool> IsRaisedAsync(WakeSignal signal)
    {
        var time = new ManualTime();
        var raised = signal.WaitAsync(TimeSpan.FromSeconds(1), time, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
        return raised;
    }
}
