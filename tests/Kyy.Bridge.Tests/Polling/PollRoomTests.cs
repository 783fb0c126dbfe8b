using Kyy.Bridge.Polling;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling;

public sealed class PollRoomTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2), Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();

    [Fact]
    public void No_more_than_the_capacity_is_ever_taken()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(64);

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
        var room = NewRoom(1);
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
        var room = NewRoom(2);
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
        var room = NewRoom(1);
        room.Take(1, waiter);
        room.Take(1, waiter);

        room.Return(0);

        (await IsRaisedAsync(waiter)).ShouldBeFalse();
    }

    [Theory]
    // Nobody has been under way for long.
    [InlineData("", 9, 1, "")]
    [InlineData("1 1 0", 9, 1, "")]
    // The oldest are spared, and of the others those that were begun last go first, as many as are wanted.
    [InlineData("9 8 7 6 5", 9, 1, "8 7 6 5")]
    [InlineData("9 8 7 6 5", 2, 1, "6 5")]
    [InlineData("9 8 7 6 5", 4, 1, "8 7 6 5")]
    [InlineData("9 8 7 6 5", 9, 4, "5")]
    [InlineData("9 8 7 6 5", 9, 5, "")]
    [InlineData("9 8 7 6 5", 9, 6, "")]
    // Those that are under way for no longer than usual are never among them, nor do they count for the spared.
    [InlineData("9 8 3 2 1 0", 9, 1, "8 3 2")]
    [InlineData("9 8 3 1 1 0", 2, 1, "8 3")]
    [InlineData("9 8 1 1 1 0", 9, 2, "")]
    // Nothing is wanted any more.
    [InlineData("9 8 7", 0, 1, "")]
    [InlineData("9 8 7", -2, 1, "")]
    public void Of_those_under_way_for_long_the_latest_are_given_up_and_the_oldest_spared(
        string ages, int wanted, int spared, string expected)
    {
        var seconds = ages.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(age => int.Parse(age, null));
        TimeSpan[] all = [.. seconds.Select(age => TimeSpan.FromSeconds(age))];

        string.Join(' ', all[PollRoom.ToGiveUp(all, wanted, Usual, spared)].Select(age => age.TotalSeconds)).ShouldBe(expected);
    }

    [Fact]
    public void A_place_that_is_begun_returns_to_the_room_once()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(1);
        room.Take(1, waiter);
        var place = room.Begin();
        room.Take(1, waiter).ShouldBe(0);

        place.Dispose();
        place.Dispose();

        room.Take(2, waiter).ShouldBe(1);
        place.GivenUp.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public void Nothing_is_begun_without_a_place()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(2);
        Should.Throw<InvalidOperationException>(room.Begin);
        room.Take(1, waiter);
        room.Begin();

        Should.Throw<InvalidOperationException>(room.Begin);
    }

    [Fact]
    public async Task Whoever_finds_the_room_full_of_slow_requests_gets_places_when_they_have_ended()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(8);
        var places = Begin(room, 8);
        _time.Advance(Usual);

        room.Take(3, waiter).ShouldBe(0);
        places.Select(IsGivenUp).ShouldBe([false, false, false, false, false, true, true, true]);
        (await IsRaisedAsync(waiter)).ShouldBeFalse();
        // Given up is not yet out of flight.
        room.Take(3, waiter).ShouldBe(0);

        places[6].Dispose();

        (await IsRaisedAsync(waiter)).ShouldBeTrue();
        room.Take(3, waiter).ShouldBe(1);
    }

    [Fact]
    public void Whoever_asks_again_before_they_have_ended_has_no_more_given_up()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(8);
        var places = Begin(room, 8);
        _time.Advance(Usual);
        room.Take(3, waiter);

        room.Take(3, waiter);
        places.Count(IsGivenUp).ShouldBe(3);
        room.Take(5, waiter);
        places.Count(IsGivenUp).ShouldBe(5);
    }

    [Fact]
    public void Some_room_is_taken_before_anything_is_given_up_for_more()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(8);
        var places = Begin(room, 7);
        _time.Advance(Usual);

        room.Take(8, waiter).ShouldBe(1);

        places.ShouldNotContain(place => IsGivenUp(place));
    }

    [Fact]
    public void A_quarter_of_the_room_stays_with_its_slow_requests_however_many_ask()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(8);
        var places = Begin(room, 8);
        _time.Advance(Usual);

        for (var round = 0; round < 3; round++)
        {
            room.Take(100, waiter);
            foreach (var place in places.Where(IsGivenUp)) place.Dispose();
            room.Take(100, waiter).ShouldBe(round == 0 ? 6 : 0);
        }

        places.Select(IsGivenUp).ShouldBe([false, false, true, true, true, true, true, true]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Even_the_smallest_room_spares_one(int capacity)
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(capacity);
        var places = Begin(room, capacity);
        _time.Advance(Usual * 10);

        room.Take(100, waiter);

        places.Count(place => !IsGivenUp(place)).ShouldBe(1);
        IsGivenUp(places[0]).ShouldBeFalse();
    }

    [Fact]
    public void Who_waits_is_told_when_it_is_worth_asking_again()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(4);
        room.NextIn().ShouldBeNull();
        room.Take(4, waiter);
        var oldest = room.Begin();
        room.NextIn().ShouldBe(Usual, "those that are taken may begin at any moment, and nobody tells");
        _time.Advance(Second);
        var second = room.Begin();
        _time.Advance(Second / 2);
        room.Begin();

        room.NextIn().ShouldBe(Second * 1.5);
        _time.Advance(Second * 1.5);
        room.NextIn().ShouldBe(TimeSpan.Zero);
        room.Take(1, waiter).ShouldBe(0, "one place is taken and not begun");
        IsGivenUp(second).ShouldBeTrue();
        room.NextIn().ShouldBe(Second / 2);
        oldest.Dispose();
        room.NextIn().ShouldBe(Usual);
        room.Return(1);
        room.NextIn().ShouldBeNull("the last one is spared now");
    }

    [Fact]
    public async Task However_it_is_used_no_more_than_the_capacity_is_ever_in_flight()
    {
        using var waiter = new WakeSignal();
        var room = NewRoom(16);
        var (inFlight, most, gate) = (0, 0, new Lock());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() => Work(new Random(worker)))));

        most.ShouldBeInRange(1, 16);
        room.Take(100, waiter).ShouldBe(16);

        void Work(Random random)
        {
            for (var round = 0; round < 500; round++)
            {
                var taken = room.Take(random.Next(1, 16), waiter);
                var begun = random.Next(taken + 1);
                room.Return(taken - begun);
                Interlocked.Add(ref inFlight, begun);
                lock (gate) most = Math.Max(most, Volatile.Read(ref inFlight));
                PollRoom.Place[] places = [.. Enumerable.Range(0, begun).Select(_ => room.Begin())];
                _time.Advance(Second);
                Interlocked.Add(ref inFlight, -begun);
                foreach (var place in places) place.Dispose();
            }
        }
    }

    private PollRoom NewRoom(int capacity) => new(capacity, Usual, _time);

    internal static PollRoom.Place[] Begin(PollRoom room, int requests)
    {
        using var waiter = new WakeSignal();
        room.Take(requests, waiter).ShouldBe(requests);
        return [.. Enumerable.Range(0, requests).Select(_ => room.Begin())];
    }

    private static bool IsGivenUp(PollRoom.Place place) => place.GivenUp.IsCancellationRequested;

    internal static Task<bool> IsRaisedAsync(WakeSignal signal)
    {
        var time = new ManualTime();
        var raised = signal.WaitAsync(TimeSpan.FromSeconds(1), time, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
        return raised;
    }
}
