using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling.Budgets;

public sealed class PacerTests
{
    private const double Rate = 200;

    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(5), Horizon = TimeSpan.FromMilliseconds(100);

    private readonly ManualTime _time = new();

    [Fact]
    public void Turns_are_evenly_spaced_and_no_further_ahead_than_the_horizon()
    {
        var turns = new Pacer(_time).Reserve(1_000, Rate, Horizon);

        turns.Count.ShouldBe(21); // From now to the horizon, both included.
        turns[0].ShouldBe(TimeSpan.Zero);
        turns[20].ShouldBe(Horizon);
    }

    [Fact]
    public void Who_comes_next_gets_the_turns_after_those_that_are_taken()
    {
        var pacer = new Pacer(_time);
        pacer.Reserve(10, Rate, Horizon);

        pacer.Reserve(3, Rate, Horizon).First.ShouldBe(10 * Spacing);
        pacer.Reserve(1_000, Rate, Horizon).Count.ShouldBe(8);
        pacer.Reserve(1, Rate, Horizon).Count.ShouldBe(0);
    }

    [Fact]
    public void A_long_rest_saves_nothing_up()
    {
        var pacer = new Pacer(_time);
        _time.Advance(TimeSpan.FromHours(1));

        var turns = pacer.Reserve(1_000, Rate, Horizon);

        turns.Count.ShouldBe(21);
        pacer.Until(turns[20]).ShouldBe(Horizon);
    }

    [Fact]
    public void Turns_that_are_given_back_are_taken_by_the_next()
    {
        var pacer = new Pacer(_time);
        var turns = pacer.Reserve(10, Rate, Horizon);

        pacer.Return(turns, 4);

        pacer.Reserve(1, Rate, Horizon).First.ShouldBe(6 * Spacing);
    }

    [Fact]
    public void A_slow_rate_lets_one_through_at_a_time()
    {
        var pacer = new Pacer(_time);

        pacer.Reserve(5, 1, Horizon).Count.ShouldBe(1);
        pacer.Reserve(5, 1, Horizon).Count.ShouldBe(0);
        pacer.NextIn(1, Horizon).ShouldBe(TimeSpan.FromMilliseconds(900));
        _time.Advance(pacer.NextIn(1, Horizon));
        pacer.Reserve(5, 1, Horizon).Count.ShouldBe(1);
    }

    [Fact]
    public void More_turns_are_announced_for_when_half_of_the_horizon_is_free()
    {
        var pacer = new Pacer(_time);
        pacer.Reserve(1_000, Rate, Horizon);

        pacer.NextIn(Rate, Horizon).ShouldBe(Horizon / 2 + Spacing);
        _time.Advance(pacer.NextIn(Rate, Horizon));
        pacer.Reserve(1_000, Rate, Horizon).Count.ShouldBe(11);
    }

    [Theory]
    [InlineData(900, 100)] // 3 % of 30 s.
    [InlineData(60, 30)]
    [InlineData(20, 10)]
    public void Turns_are_reserved_for_half_of_the_slack_since_a_claimed_poll_has_to_start_within_it(int slack, int horizon) =>
        Pacer.Horizon(TimeSpan.FromMilliseconds(slack)).ShouldBe(TimeSpan.FromMilliseconds(horizon));

    [Fact]
    public void A_process_that_was_frozen_does_not_send_at_once_what_it_missed()
    {
        var pacer = new Pacer(_time);
        _time.Advance(TimeSpan.FromSeconds(10));

        var sent = 0;
        while (pacer.Enter(Rate) == TimeSpan.Zero) sent++;

        sent.ShouldBe(6); // One, and what 25 ms are worth.
        pacer.Enter(Rate).ShouldBe(Spacing);
    }

    [Theory]
    [InlineData(7.6)]
    [InlineData(190)]
    [InlineData(1_900)]
    public void However_greedy_the_senders_no_second_has_more_than_the_rate_and_a_little(double rate)
    {
        var pacer = new Pacer(_time);
        var sent = new List<TimeSpan>();
        for (var now = TimeSpan.Zero; now < TimeSpan.FromSeconds(8); now += TimeSpan.FromMilliseconds(1))
        {
            // Frozen for a second in the middle.
            var isFrozen = now > TimeSpan.FromSeconds(3) && now < TimeSpan.FromSeconds(4);
            while (!isFrozen && pacer.Enter(rate) == TimeSpan.Zero) sent.Add(now);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        sent.ShouldAllBe(from => sent.Count(at => at >= from && at < from + TimeSpan.FromSeconds(1)) <= rate * 1.025 + 1);
        sent.Count.ShouldBeGreaterThan((int)(7 * rate) - 1);
    }
}
