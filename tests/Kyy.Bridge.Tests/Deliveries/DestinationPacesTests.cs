using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class DestinationPacesTests
{
    private const int Share = 32, Destination = 5;

    private static readonly DestinationHealth Well = new(0, 0, null), OnProbation = new(10, 0, null), Probing = new(3, 1, TimeSpan.Zero);
    private static readonly DestinationHealth Slow = new(3, 1, TimeSpan.FromSeconds(8));

    private readonly ManualTime _time = new();
    private readonly DestinationPaces _paces;

    public DestinationPacesTests() => _paces = new(Share, _time);

    [Theory]
    [InlineData(0, 0, 32)]
    [InlineData(9, 0, 32)]
    [InlineData(10, 0, 2)]
    [InlineData(1_000, 0, 2)]
    [InlineData(1, 1, 1)]
    [InlineData(10, 3, 1)]
    public void How_much_a_destination_gets_follows_from_its_health(int failures, int steps, int most) =>
        new DestinationHealth(failures, steps, null).Most(Share).ShouldBe(most);

    [Fact]
    public void Who_is_well_has_the_share()
    {
        _paces.Look(Destination, isOpen: true, Well);

        _paces.Most(Destination).ShouldBe(Share);
        _paces.Most(99).ShouldBe(Share);
    }

    [Fact]
    public void A_slow_one_has_nothing_then_one_probe_and_with_each_success_twice_as_many()
    {
        _paces.Settled(Destination, Slow);
        _paces.Most(Destination).ShouldBe(0);
        _time.Advance(TimeSpan.FromSeconds(8));
        _paces.Most(Destination).ShouldBe(1);

        int[] grown = [.. Enumerable.Range(0, 6).Select(_ => Grow())];

        grown.ShouldBe([2, 4, 8, 16, 32, 32]);

        int Grow()
        {
            _paces.Grow(Destination);
            _paces.Settled(Destination, Well);
            _paces.Look(Destination, isOpen: true, Well);
            return _paces.Most(Destination);
        }
    }

    [Fact]
    public void A_failure_on_the_way_up_begins_anew()
    {
        _paces.Look(Destination, isOpen: true, OnProbation);
        _paces.Grow(Destination);
        _paces.Grow(Destination);
        _paces.Most(Destination).ShouldBe(8);

        _paces.Settled(Destination, Probing);

        _paces.Most(Destination).ShouldBe(1);
    }

    [Fact]
    public void A_closed_one_has_nothing_whatever_is_accepted_until_a_look_finds_it_open()
    {
        _paces.Look(Destination, isOpen: false, Well);
        _paces.Grow(Destination);
        _paces.Settled(Destination, Well);
        _paces.Most(Destination).ShouldBe(0);

        _paces.Look(Destination, isOpen: true, Well);

        _paces.Most(Destination).ShouldBe(Share);
    }
}
