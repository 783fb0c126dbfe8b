using Kyy.Bridge.Polling;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling.Budgets;

public sealed class TurnsTests
{
    private static readonly Guid Acme = Make.NewId(), Globex = Make.NewId();

    private readonly ManualTime _time = new();
    private readonly Turns _turns;

    public TurnsTests() => _turns = new(_time);

    [Fact]
    public void Who_was_served_longest_ago_comes_first_however_long_the_other_is_overdue()
    {
        LaneDue[] due = [Due(Acme, lane: 1, overdueSeconds: 900), Due(Globex, lane: 1, overdueSeconds: 1)];

        var served = new List<Guid>();
        for (var round = 0; round < 6; round++)
        {
            var first = _turns.Order(due)[0];
            served.Add(first.Client);
            _turns.Begin(first, 1);
            _turns.End(first, 1);
        }

        served.ShouldBe([Acme, Globex, Acme, Globex, Acme, Globex]);
    }

    [Fact]
    public void The_lanes_of_a_client_take_turns_too()
    {
        LaneDue[] due = [Due(Acme, lane: 1, overdueSeconds: 9), Due(Acme, lane: 2), Due(Acme, lane: 3)];

        var served = new List<int>();
        for (var round = 0; round < 6; round++)
        {
            var first = _turns.Order(due)[0];
            served.Add(first.Id);
            _turns.Begin(first, 1);
        }

        served.ShouldBe([1, 2, 3, 1, 2, 3]);
    }

    [Fact]
    public void A_client_alone_has_all_and_with_another_half()
    {
        var (acme, globex) = (Due(Acme), Due(Globex));
        _turns.Order([acme]);
        _turns.ShareOf(acme, 20).ShouldBe(20);
        _turns.Begin(acme, 20);

        _turns.Order([acme, globex]);

        _turns.ShareOf(globex, 20).ShouldBe(10);
        _turns.ShareOf(acme, 20).ShouldBe(-10);
        _turns.End(acme, 15);
        _turns.ShareOf(acme, 20).ShouldBe(5);
    }

    [Fact]
    public void Who_has_nothing_due_any_more_has_no_share_any_more()
    {
        var (acme, globex) = (Due(Acme), Due(Globex));
        _turns.Order([acme, globex]);

        _time.Advance(TimeSpan.FromSeconds(2));
        _turns.Order([acme]);

        _turns.ShareOf(acme, 20).ShouldBe(20);
    }

    [Fact]
    public void First_readings_have_at_most_half_while_others_are_late()
    {
        var (fresh, late) = (Due(Acme, fresh: true), Due(Acme));
        _turns.Order([fresh]);
        _turns.ShareOf(fresh, 20).ShouldBe(20);

        _turns.Order([fresh, late]);
        _turns.ShareOf(fresh, 20).ShouldBe(10);
        _turns.Begin(fresh, 10);
        _turns.ShareOf(fresh, 20).ShouldBe(0);
        _turns.ShareOf(late, 20).ShouldBe(10);

        _time.Advance(TimeSpan.FromSeconds(2));
        _turns.Order([fresh]);
        _turns.ShareOf(fresh, 20).ShouldBe(10);
    }

    [Fact]
    public void However_small_the_budget_everybody_has_a_turn()
    {
        LaneDue[] due = [.. Enumerable.Range(0, 50).Select(_ => Due(Make.NewId()))];

        _turns.Order(due);

        due.ShouldAllBe(one => _turns.ShareOf(one, 1) == 1);
        due.ShouldAllBe(one => _turns.ShareOf(one, 20) == 5);
    }

    [Fact]
    public void Those_who_are_gone_are_forgotten()
    {
        for (var i = 0; i < 5_000; i++)
        {
            var passing = Due(Make.NewId());
            _turns.Order([passing]);
            _turns.Begin(passing, 1);
            _turns.End(passing, 1);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _turns.Known.ShouldBeLessThan(1_100);
    }

    private static LaneDue Due(Guid client, int lane = 1, bool fresh = false, double overdueSeconds = 0) =>
        new(lane, "default", Guid.Empty, 1, false, client, fresh, TimeSpan.FromSeconds(-overdueSeconds), null);
}
