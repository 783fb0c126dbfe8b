using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class DispatchRoomTests : IDisposable
{
    private readonly WakeSignal _freed = new();

    [Fact]
    public void A_destination_has_its_share_and_all_together_the_capacity()
    {
        var room = new DispatchRoom(10, 4, _freed);

        room.Take(1, 100).ShouldBe(4);
        room.Take(1, 1).ShouldBe(0);
        room.Take(2, 3).ShouldBe(3);
        room.Take(3, 100).ShouldBe(3);
        room.Take(4, 1).ShouldBe(0);
    }

    [Fact]
    public void What_is_returned_is_free_for_its_destination_and_for_others()
    {
        var room = new DispatchRoom(5, 4, _freed);
        room.Take(1, 4);
        room.Take(2, 4).ShouldBe(1);

        room.Return(1, 2);

        room.Take(2, 4).ShouldBe(2);
        room.Return(2, 3);
        room.Take(1, 4).ShouldBe(2);
        room.Take(1, 4).ShouldBe(0);
    }

    [Fact]
    public async Task Room_that_comes_free_wakes_the_dispatcher_and_nothing_does_not()
    {
        var time = new ManualTime();
        var room = new DispatchRoom(5, 4, _freed);
        room.Take(1, 4);

        room.Return(1, 0);
        var asleep = _freed.WaitAsync(TimeSpan.FromSeconds(1), time, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
        (await asleep).ShouldBeFalse();

        room.Return(1, 1);
        (await _freed.WaitAsync(TimeSpan.FromSeconds(1), time, TestContext.Current.CancellationToken)).ShouldBeTrue();
    }

    [Fact]
    public async Task Whatever_is_taken_and_returned_at_once_the_limits_hold()
    {
        var room = new DispatchRoom(40, 16, _freed);
        var (all, byDestination) = (0, new int[3]);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (var round = 0; round < 3_000; round++)
            {
                var destination = random.Next(3);
                var taken = room.Take(destination, random.Next(1, 20));
                Interlocked.Add(ref all, taken).ShouldBeLessThanOrEqualTo(40);
                Interlocked.Add(ref byDestination[destination], taken).ShouldBeLessThanOrEqualTo(16);
                Interlocked.Add(ref byDestination[destination], -taken);
                Interlocked.Add(ref all, -taken);
                room.Return(destination, taken);
            }
        })));

        room.Take(0, 100).ShouldBe(16);
        room.Take(1, 100).ShouldBe(16);
        room.Take(2, 100).ShouldBe(8);
    }

    public void Dispose() => _freed.Dispose();
}
