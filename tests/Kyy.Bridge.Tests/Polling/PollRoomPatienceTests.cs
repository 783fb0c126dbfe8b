using Kyy.Bridge.Polling;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;
using static Kyy.Bridge.Tests.Polling.PollRoomTests;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>Waiting for half of the room, and taking what will be free in time.</summary>
public sealed class PollRoomPatienceTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2), Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Whoever_is_patient_is_woken_when_half_of_the_room_is_free()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(8);
        var places = Begin(room, 7);
        room.WorthAskingIn(waiter).ShouldBeNull("it has not asked yet");

        room.Take(8, waiter, patience: Second).ShouldBe(0, "one place is free");
        room.WorthAskingIn(waiter).ShouldBe(Second);
        places[0].Dispose();
        places[1].Dispose();
        (await IsRaisedAsync(waiter)).ShouldBeFalse();
        places[2].Dispose();

        (await IsRaisedAsync(waiter)).ShouldBeTrue();
        room.WorthAskingIn(waiter).ShouldBeNull();
        room.Take(8, waiter, patience: Second).ShouldBe(4);
    }

    [Fact]
    public void When_its_patience_is_over_it_takes_what_there_is()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(8);
        Begin(room, 7);
        room.Take(8, waiter, patience: Second);
        _time.Advance(Second / 2);
        room.Take(8, waiter, patience: Second).ShouldBe(0);
        room.WorthAskingIn(waiter).ShouldBe(Second / 2);
        _time.Advance(Second / 2);

        room.WorthAskingIn(waiter).ShouldBeNull();
        room.Take(8, waiter, patience: Second).ShouldBe(1);
    }

    [Fact]
    public void Whoever_wants_little_gets_it_however_patient_it_is()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(8);
        Begin(room, 7);

        room.Take(1, waiter, patience: Second).ShouldBe(1);
    }

    [Fact]
    public void In_a_full_room_it_is_worth_asking_when_something_may_be_given_up()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(8);
        Begin(room, 8);
        room.Take(8, waiter, patience: Second).ShouldBe(0);
        _time.Advance(Second);
        room.WorthAskingIn(waiter).ShouldBe(Second);
        _time.Advance(Second);

        room.WorthAskingIn(waiter).ShouldBeNull();
    }

    [Fact]
    public void More_is_taken_than_there_is_room_for_as_far_as_it_will_be_free_in_time()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(8);
        var ahead = TimeSpan.FromMilliseconds(50);
        room.Take(100, waiter, ahead).ShouldBe(8, "nothing has ended yet");
        for (var i = 0; i < 8; i++) room.Begin().Dispose();
        _time.Advance(ahead);

        room.Take(100, waiter).ShouldBe(8);
        room.Take(100, waiter, ahead).ShouldBe(8, "as many as ended in the last 50 ms");
        room.Return(8);
        _time.Advance(ahead * 2);
        room.Take(100, waiter, ahead).ShouldBe(0, "nothing has ended since");
    }

    [Fact]
    public async Task Nobody_takes_room_ahead_while_somebody_waits_who_may_not()
    {
        using var far = new WakeSignal();
        using var near = new WakeSignal();
        var room = NewRoom(8);
        room.Take(8, far);
        for (var i = 0; i < 8; i++) room.Begin().Dispose();
        _time.Advance(TimeSpan.FromMilliseconds(50));
        room.Take(8, far);

        room.Take(1, near).ShouldBe(0);
        room.Take(8, far, Second).ShouldBe(0);
        room.Return(1);

        (await IsRaisedAsync(near)).ShouldBeTrue();
        room.Take(1, near).ShouldBe(1);
        room.Take(8, far, Second).ShouldBe(8);
    }

    [Fact]
    public async Task No_more_than_the_places_are_inside_however_many_were_taken()
    {
        var room = NewRoom(1);
        await room.EnterAsync();
        var second = room.EnterAsync();
        second.IsCompleted.ShouldBeFalse();

        room.Leave();

        await second.WaitAsync(Second * 10, TestContext.Current.CancellationToken);
    }

    private PollRoom NewRoom(int capacity) => new(capacity, Usual, _time);
}
