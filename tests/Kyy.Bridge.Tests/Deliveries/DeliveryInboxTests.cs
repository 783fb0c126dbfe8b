using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class DeliveryInboxTests
{
    private readonly DeliveryInbox _inbox = new(new DeliverySettings { MaxConcurrency = 5 }, new ManualTime());

    [Fact]
    public void There_is_no_room_before_it_is_opened_and_after_it_was_closed()
    {
        _inbox.Reserve(3).Count.ShouldBe(0);
        _inbox.Open();
        _inbox.Reserve(3).Count.ShouldBe(3);
        _inbox.Close();
        _inbox.Reserve(3).Count.ShouldBe(0);
    }

    [Fact]
    public void No_more_is_reserved_than_may_wait()
    {
        _inbox.Open();

        _inbox.Reserve(7).Count.ShouldBe(7);
        _inbox.Reserve(7).Count.ShouldBe(3);
        _inbox.Reserve(7).Count.ShouldBe(0);
    }

    [Fact]
    public void Places_that_were_not_used_are_given_back()
    {
        _inbox.Open();
        var places = _inbox.Reserve(10);

        places.HandOver([New(), New()]);
        places.Dispose();

        _inbox.Reserve(10).Count.ShouldBe(8);
    }

    [Fact]
    public void A_place_whose_delivery_waits_no_longer_is_free_again()
    {
        _inbox.Open();
        using (var places = _inbox.Reserve(10)) places.HandOver([New()]);

        _inbox.Deliveries.TryRead(out _).ShouldBeTrue();
        _inbox.Release(1);

        _inbox.Reserve(20).Count.ShouldBe(10);
    }

    [Fact]
    public void What_is_handed_over_comes_out_in_order()
    {
        _inbox.Open();
        LeasedDelivery[] deliveries = [New(), New(), New()];
        using (var places = _inbox.Reserve(3)) places.HandOver(deliveries);

        foreach (var delivery in deliveries)
        {
            _inbox.Deliveries.TryRead(out var next).ShouldBeTrue();
            next.ShouldBeSameAs(delivery);
        }
    }

    [Fact]
    public void The_lease_counts_in_the_clock_s_own_ticks() => _inbox.LeaseTicks.ShouldBe(_inbox.Lease.Ticks);

    private static LeasedDelivery New() => new()
    {
        Id = Guid.Empty,
        EventId = Guid.Empty,
        EventType = "task.completed",
        ClientId = Guid.Empty,
        CallbackId = Guid.Empty,
        Destination = 1,
        Host = "hooks.example.test",
        Url = "https://hooks.example.test/a",
        Payload = [],
        Claim = 1,
        Attempt = 1,
        LeaseEnds = 0,
    };
}
