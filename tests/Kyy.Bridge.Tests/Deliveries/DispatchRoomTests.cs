using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class DispatchRoomTests : IDisposable
{
    private const int Plenty = int.MaxValue;

    private static readonly Guid Acme = Make.NewId(), Other = Make.NewId(), Third = Make.NewId();

    private readonly WakeSignal _freed = new();

    [Fact]
    public void A_host_has_its_share_a_client_three_quarters_and_all_together_the_capacity()
    {
        var room = new DispatchRoom(new(16, 8), _freed);

        room.Take(To(1, Acme, "a"), 100, Plenty).All.ShouldBe(8);
        room.Take(To(1, Acme, "a"), 1, Plenty).All.ShouldBe(0);
        room.Take(To(2, Acme, "b"), 100, Plenty).All.ShouldBe(4);
        room.Take(To(3, Acme, "c"), 1, Plenty).All.ShouldBe(0);
        room.Take(To(4, Other, "a"), 100, Plenty).All.ShouldBe(4);
        room.Take(To(5, Third, "a"), 1, Plenty).All.ShouldBe(0);
    }

    [Fact]
    public void Endpoints_and_callbacks_of_a_client_on_one_host_share_and_those_of_another_client_do_not()
    {
        var room = new DispatchRoom(new(100, 8), _freed);

        room.Take(To(1, Acme, "a"), 5, Plenty).All.ShouldBe(5);
        room.Take(To(2, Acme, "a"), 5, Plenty).All.ShouldBe(3);
        room.Take(To(3, Other, "a"), 100, Plenty).All.ShouldBe(8);
    }

    [Fact]
    public void Retries_have_half_of_their_host_s_share_and_half_of_everything()
    {
        var room = new DispatchRoom(new(40, 16), _freed);

        room.Take(To(1, Acme, "a"), 100, Plenty).ShouldBe(new(16, 8, 2));
        room.Take(To(2, Acme, "b"), 100, Plenty).ShouldBe(new(14, 8, 2));
        room.Take(To(3, Other, "a"), 100, Plenty).ShouldBe(new(10, 4, 2));
        room.Return(To(1, Acme, "a"), 16, 0);
        room.Take(To(1, Acme, "a"), 100, Plenty).ShouldBe(new(16, 0, 0));
    }

    [Fact]
    public void What_is_due_for_longest_has_an_eighth_until_so_many_retries_are_on_their_way_and_nothing_handed_over_takes_that()
    {
        var room = new DispatchRoom(new(100, 16), _freed);
        var to = To(1, Acme, "a");

        for (var handedOver = 0; handedOver < 14; handedOver++) room.TakeFirst(to, Plenty).ShouldBeTrue();
        room.TakeFirst(to, Plenty).ShouldBeFalse();
        room.Take(to, 1, Plenty).ShouldBe(new(1, 1, 1));
        room.Take(to, 1, Plenty).ShouldBe(new(1, 1, 1));
        room.Return(to, 3, 0);
        room.Take(to, 3, Plenty).ShouldBe(new(3, 3, 0));
    }

    [Fact]
    public void A_destination_that_is_not_well_has_less_and_a_closed_one_nothing()
    {
        var room = new DispatchRoom(new(100, 16), _freed);

        room.Take(To(1, Acme, "a"), 100, most: 2).ShouldBe(new(2, 2, 1));
        room.TakeFirst(To(1, Acme, "a"), most: 2).ShouldBeFalse();
        room.Take(To(2, Acme, "a"), 100, most: 1).ShouldBe(new(1, 1, 0));
        room.Take(To(3, Acme, "a"), 100, most: 0).All.ShouldBe(0);
    }

    [Fact]
    public void Who_has_how_much_in_flight_is_known()
    {
        var room = new DispatchRoom(new(100, 16), _freed);
        room.Take(To(1, Acme, "a"), 3, Plenty);
        room.Take(To(2, Acme, "b"), 4, Plenty);

        room.InFlight(To(3, Acme, "b")).ShouldBe((7, 4));
        room.InFlight(To(4, Other, "b")).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_POST_that_is_over_wakes_the_dispatcher_for_what_is_due_and_a_claim_that_found_too_little_does_not()
    {
        var room = new DispatchRoom(new(5, 4), _freed);
        var places = room.Take(To(1, Acme, "a"), 4, Plenty);
        room.TellOfRoomFor([new(To(1, Acme, "a"), Plenty, default)], room.Given);

        room.Return(To(1, Acme, "a"), 1, 1);
        (await IsWokenAsync()).ShouldBeFalse();

        room.Free(To(1, Acme, "a"), isRetry: true);
        (await IsWokenAsync()).ShouldBeTrue();
        places.ShouldBe(new(3, 2, 1));
        room.Take(To(1, Acme, "a"), 4, Plenty).ShouldBe(new(2, 2, 1));
    }

    [Fact]
    public async Task While_nothing_is_due_or_what_is_due_has_no_use_for_the_place_nobody_is_woken()
    {
        var room = new DispatchRoom(new(40, 4), _freed);
        room.Take(To(1, Acme, "a"), 4, Plenty);
        room.Take(To(2, Other, "b"), 4, Plenty);

        room.Free(To(2, Other, "b"), isRetry: false);
        (await IsWokenAsync()).ShouldBeFalse();
        room.TellOfRoomFor([new(To(1, Acme, "a"), Plenty, default)], room.Given);
        room.Free(To(2, Other, "b"), isRetry: false);
        (await IsWokenAsync()).ShouldBeFalse();
        room.Free(To(1, Acme, "a"), isRetry: false);
        (await IsWokenAsync()).ShouldBeTrue();
        room.Free(To(1, Acme, "a"), isRetry: false);
        (await IsWokenAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_place_that_came_free_while_it_was_looked_is_told_and_one_for_a_first_attempt_is_no_use_to_retries()
    {
        var room = new DispatchRoom(new(40, 4), _freed);
        room.Take(To(1, Acme, "a"), 4, Plenty).ShouldBe(new(4, 2, 1));
        var given = room.Given;

        room.Free(To(1, Acme, "a"), isRetry: false);
        room.TellOfRoomFor([new(To(1, Acme, "a"), Plenty, new(1, 0, 0))], given);
        (await IsWokenAsync()).ShouldBeFalse();
        room.Free(To(1, Acme, "a"), isRetry: true);
        (await IsWokenAsync()).ShouldBeTrue();
        room.TellOfRoomFor([new(To(1, Acme, "a"), Plenty, default)], given);
        (await IsWokenAsync()).ShouldBeTrue();
    }

    [Fact]
    public void What_has_waited_in_memory_takes_none_of_the_last_quarter()
    {
        var room = new DispatchRoom(new(8, 8), _freed);

        for (var begun = 0; begun < 6; begun++) room.TakeWaiting(To(begun, Make.NewId(), "a"), Plenty).ShouldBeTrue();
        room.IsTight.ShouldBeTrue();
        room.TakeWaiting(To(1, Acme, "a"), Plenty).ShouldBeFalse();
        room.TakeFirst(To(1, Acme, "a"), Plenty).ShouldBeTrue();
    }

    [Fact]
    public async Task Whatever_is_taken_and_returned_at_once_the_limits_hold()
    {
        var room = new DispatchRoom(new(40, 16), _freed);
        var (all, retries, byHost) = (0, 0, new int[3]);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (var round = 0; round < 3_000; round++)
            {
                var host = random.Next(3);
                var to = To(host, host == 0 ? Acme : Other, $"{host}");
                var taken = room.Take(to, random.Next(1, 20), Plenty);
                Interlocked.Add(ref all, taken.All).ShouldBeLessThanOrEqualTo(40);
                Interlocked.Add(ref retries, taken.Retries).ShouldBeLessThanOrEqualTo(20);
                Interlocked.Add(ref byHost[host], taken.All).ShouldBeLessThanOrEqualTo(16);
                Interlocked.Add(ref byHost[host], -taken.All);
                Interlocked.Add(ref retries, -taken.Retries);
                Interlocked.Add(ref all, -taken.All);
                room.Return(to, taken.All, taken.Retries);
            }
        })));

        room.Take(To(0, Acme, "0"), 100, Plenty).ShouldBe(new(16, 8, 2));
        room.Take(To(1, Other, "1"), 100, Plenty).ShouldBe(new(16, 8, 2));
        room.Take(To(2, Other, "2"), 100, Plenty).ShouldBe(new(8, 4, 2));
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 0)]
    [InlineData(2, 1, 1, 1, 1)]
    [InlineData(256, 32, 128, 16, 4)]
    public void Every_share_is_at_least_one(int all, int perHost, int retries, int retriesPerHost, int oldest)
    {
        var shares = new DispatchShares(all, perHost);

        (shares.Retries, shares.RetriesPerHost).ShouldBe((retries, retriesPerHost));
        shares.PerClient.ShouldBe(Math.Max(1, all * 3 / 4));
        DispatchShares.OldestFirst(all == 2 ? 2 : perHost).ShouldBe(oldest);
    }

    [Fact]
    public void Of_what_a_rate_lets_through_an_eighth_goes_by_lot_to_what_is_due_for_longest()
    {
        var places = new Places(32, 16, 4);

        places.AtMost(100, 0).ShouldBe(places);
        places.AtMost(1, 0.87).ShouldBe(new(1, 1, 0));
        places.AtMost(1, 0.88).ShouldBe(new(1, 1, 1));
        places.AtMost(16, 0).ShouldBe(new(16, 16, 2));
        new Places(32, 0, 0).AtMost(1, 1).ShouldBe(new(1, 0, 0));
    }

    public void Dispose() => _freed.Dispose();

    private async Task<bool> IsWokenAsync()
    {
        var time = new ManualTime();
        var woken = _freed.WaitAsync(TimeSpan.FromSeconds(1), time, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
        return await woken;
    }

    private static Recipient To(int destination, Guid client, string host) => new(destination, client, host);
}
