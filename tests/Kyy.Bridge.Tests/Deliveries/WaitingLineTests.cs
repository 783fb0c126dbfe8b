using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class WaitingLineTests
{
    private static readonly Guid Acme = Make.NewId(), Other = Make.NewId();

    private readonly ManualTime _time = new();
    private readonly WaitingLine _line;

    // 16 may wait, of which 12 of one client and 8 of one client for one host.
    public WaitingLineTests() => _line = new(new(8, 4), _time);

    [Fact]
    public void Who_came_first_goes_first_if_it_may_and_a_host_s_line_holds_up_no_other()
    {
        var (a, b) = (To(1, Acme, "a"), To(2, Acme, "b"));
        LeasedDelivery[] first = [New(), New()];
        foreach (var delivery in first) _line.TryAdd(a, delivery).ShouldBeTrue();
        var other = New();
        _line.TryAdd(b, other).ShouldBeTrue();

        _line.Next(a, _ => false).ShouldBeNull();
        _line.Next(b, _ => true).ShouldBeSameAs(other);
        _line.Next(a, _ => true).ShouldBeSameAs(first[0]);
        _line.Heads().ShouldBe([a]);
        _line.Next(a, _ => true).ShouldBeSameAs(first[1]);
        (_line.Holds(a), _line.Next(a, _ => true)).ShouldBe((false, null));
    }

    [Fact]
    public void Destinations_of_a_client_on_one_host_are_one_line_and_each_is_asked_for_itself()
    {
        _line.TryAdd(To(1, Acme, "a"), New());
        _line.TryAdd(To(2, Acme, "a"), New());

        _line.Next(To(2, Acme, "a"), to => to.Destination == 2).ShouldBeNull();
        _line.Next(To(2, Acme, "a"), to => to.Destination == 1).ShouldNotBeNull();
        _line.Holds(To(1, Acme, "a")).ShouldBeTrue();
    }

    [Fact]
    public void A_host_has_half_of_the_line_a_client_three_quarters_and_who_has_left_makes_room()
    {
        Added(To(1, Acme, "a")).ShouldBe(8);
        Added(To(2, Acme, "b")).ShouldBe(4);
        Added(To(3, Other, "a")).ShouldBe(8);

        _line.Next(To(1, Acme, "a"), _ => true).ShouldNotBeNull();
        Added(To(2, Acme, "b")).ShouldBe(1);
        _line.TakeOut(TimeSpan.Zero).Count.ShouldBe(20);
        _line.Heads().ShouldBeEmpty();
        Added(To(2, Acme, "b")).ShouldBe(8);
    }

    [Fact]
    public void Whoever_has_waited_for_too_long_is_taken_out_and_those_behind_stay()
    {
        var (late, recent) = (New(), New());
        _line.TryAdd(To(1, Acme, "a"), late);
        _time.Advance(TimeSpan.FromSeconds(1));
        _line.TryAdd(To(1, Acme, "a"), recent);

        _line.TakeOut(TimeSpan.FromSeconds(1)).ShouldHaveSingleItem().ShouldBeSameAs(late);
        _line.Next(To(1, Acme, "a"), _ => true).ShouldBeSameAs(recent);
    }

    private int Added(Recipient to) => Enumerable.Range(0, 20).Count(_ => _line.TryAdd(to, New()));

    private static Recipient To(int destination, Guid client, string host) => new(destination, client, host);

    private static LeasedDelivery New() => new()
    {
        Id = Guid.Empty,
        EventId = Guid.Empty,
        EventType = "task.completed",
        ClientId = Guid.Empty,
        CallbackId = Guid.Empty,
        Destination = 1,
        Host = "a",
        Url = "https://hooks.example.test/a",
        Payload = [],
        Claim = 1,
        Attempt = 1,
        LeaseEnds = 0,
    };
}
