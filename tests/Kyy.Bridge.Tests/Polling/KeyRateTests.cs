using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling;

public sealed class KeyRateTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();

    [Fact]
    public void A_tenth_of_a_second_s_worth_goes_at_once_and_no_more()
    {
        var rate = new KeyRate(200, _time);

        rate.Take(1_000).ShouldBe(20);
        rate.Take(1).ShouldBe(0);
    }

    [Fact]
    public void A_slow_rate_still_lets_one_through()
    {
        var rate = new KeyRate(1, _time);

        rate.Take(5).ShouldBe(1);
        rate.NextIn().ShouldBe(Second);
        _time.Advance(Second);
        rate.Take(5).ShouldBe(1);
    }

    [Theory]
    [InlineData(8, 5)]
    [InlineData(200, 20)]
    [InlineData(1_000, 1)]
    public void However_greedy_the_callers_the_flow_is_the_rate(int perSecond, int stepMilliseconds)
    {
        var rate = new KeyRate(perSecond, _time);
        var burst = rate.Take(int.MaxValue);
        var taken = 0;

        for (var elapsed = 0; elapsed < 30_000; elapsed += stepMilliseconds)
        {
            _time.Advance(TimeSpan.FromMilliseconds(stepMilliseconds));
            taken += rate.Take(int.MaxValue);
        }

        burst.ShouldBeLessThanOrEqualTo(Math.Max(1, perSecond / 10));
        // What a sum of fractions loses may be one.
        taken.ShouldBeInRange(perSecond * 30 - 1, perSecond * 30);
    }

    [Fact]
    public void A_long_rest_saves_up_no_more_than_the_burst()
    {
        var rate = new KeyRate(200, _time);
        rate.Take(20);

        _time.Advance(TimeSpan.FromHours(1));

        rate.Take(1_000).ShouldBe(20);
    }

    [Fact]
    public void What_was_taken_and_not_used_is_given_back_up_to_the_burst()
    {
        var rate = new KeyRate(200, _time);
        rate.Take(20);

        rate.Return(5);
        rate.Take(1_000).ShouldBe(5);
        rate.Return(1_000);
        rate.Take(1_000).ShouldBe(20);
    }

    [Fact]
    public void A_pause_lets_nothing_through_until_it_is_over_and_then_starts_from_empty()
    {
        var rate = new KeyRate(200, _time);
        rate.Pause(7 * Second);

        rate.Take(1).ShouldBe(0);
        rate.NextIn().ShouldBe(7 * Second + TimeSpan.FromMilliseconds(50));
        _time.Advance(7 * Second);
        rate.Take(1).ShouldBe(0);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        rate.Take(1_000).ShouldBe(1);
    }

    [Fact]
    public void What_is_given_back_during_a_pause_does_not_end_it()
    {
        var rate = new KeyRate(200, _time);
        rate.Take(20);
        rate.Pause(7 * Second);

        rate.Return(15);

        rate.Take(1).ShouldBe(0);
        rate.NextIn().ShouldBeGreaterThan(7 * Second);
    }

    [Fact]
    public void A_shorter_pause_does_not_end_a_longer_one()
    {
        var rate = new KeyRate(200, _time);
        rate.Pause(60 * Second);
        rate.Pause(Second);

        _time.Advance(59 * Second);

        rate.Take(1).ShouldBe(0);
    }

    [Fact]
    public void The_next_requests_are_announced_for_when_the_bucket_is_half_full()
    {
        var rate = new KeyRate(40, _time);
        rate.NextIn().ShouldBe(TimeSpan.Zero);
        rate.Take(4);

        rate.NextIn().ShouldBe(TimeSpan.FromMilliseconds(50));
        _time.Advance(rate.NextIn());
        rate.NextIn().ShouldBe(TimeSpan.Zero);
        rate.Take(4).ShouldBe(2);
    }

    [Fact]
    public void The_wall_clock_does_not_matter()
    {
        var rate = new KeyRate(200, _time);
        rate.Take(20);

        _time.ShiftWallClock(TimeSpan.FromDays(1));

        rate.Take(1).ShouldBe(0);
    }
}
