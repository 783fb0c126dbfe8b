using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>The cadence: the formula branch by branch, and what holds for every input. What it saves is simulated beside it.</summary>
public sealed class PollPlanTests
{
    private const int Seeds = 20_000;

    private static readonly PollWindow Documented = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
    private static readonly Estimate TwoToFiveMinutes = new("*", TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5));

    // The landing is at 120 + 30.9 + 1.8 s; the longest interval is 60 - 0.9 - 0.6 s.
    [Theory]
    [InlineData(0, 50.9)] // 120 s are more than two of the longest: three to the landing, evenly.
    [InlineData(2.9, 49.93333333)]
    [InlineData(3, 58.5)] // Two of the longest just reach the estimate's minimum.
    [InlineData(50.9, 50.9)] // The second of the three, and the third: evenly spaced means that they agree.
    [InlineData(101.8, 50.9)]
    [InlineData(110, 42.7)]
    [InlineData(119, 33.7)]
    [InlineData(120, 30.9)] // From the estimate's minimum on the minimum, with its slack.
    [InlineData(300, 30.9)]
    [InlineData(600, 30.9)] // Twice the estimate's maximum is not past it.
    [InlineData(600.001, 58.5)]
    [InlineData(80_000, 58.5)]
    [InlineData(-5, 52.56666667)] // Clocks differ by a little.
    public void With_an_estimate_the_interval_follows_the_age(double ageSeconds, double plannedSeconds) =>
        PollPlan.Next(Documented, TwoToFiveMinutes, TimeSpan.FromSeconds(ageSeconds), 0)
            .ShouldBe(TimeSpan.FromSeconds(plannedSeconds), TimeSpan.FromMicroseconds(1));

    [Theory]
    [InlineData(0, 40)] // All videos are finished after 40 s.
    [InlineData(5, 35)]
    [InlineData(39, 30.9)] // The landing is nearer than the shortest interval.
    public void A_narrow_estimate_is_not_overshot(double ageSeconds, double plannedSeconds) =>
        PollPlan.Next(Documented, new("*", TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(40)), TimeSpan.FromSeconds(ageSeconds), 0)
            .ShouldBe(TimeSpan.FromSeconds(plannedSeconds));

    [Theory]
    [InlineData(null, 58.5)] // Nobody has measured it: a hundredth of the maximum.
    [InlineData(-1.0, 59.1)]
    [InlineData(0.0, 59.1)] // Short of the maximum by the slack alone.
    [InlineData(2.0, 57.1)]
    [InlineData(5.1, 54)]
    [InlineData(30.0, 54)] // Slack and lateness are a tenth of the maximum at most.
    public void The_longest_interval_makes_room_for_the_usual_lateness(double? latenessSeconds, double plannedSeconds)
    {
        TimeSpan? lateness = latenessSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

        PollPlan.Longest(Documented, lateness).ShouldBe(TimeSpan.FromSeconds(plannedSeconds));
        PollPlan.Next(Documented, TwoToFiveMinutes, TimeSpan.FromHours(1), 0, lateness).ShouldBe(TimeSpan.FromSeconds(plannedSeconds));
    }

    [Theory]
    [InlineData(0.0, 50.9)] // Three polls to the minimum are needed with any of them; at 59.1 s two do not suffice either.
    [InlineData(2.0, 50.9)]
    public void The_lateness_leaves_shorter_intervals_alone(double latenessSeconds, double plannedSeconds) =>
        PollPlan.Next(Documented, TwoToFiveMinutes, TimeSpan.Zero, 0, TimeSpan.FromSeconds(latenessSeconds))
            .ShouldBe(TimeSpan.FromSeconds(plannedSeconds), TimeSpan.FromMicroseconds(1));

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(1_000_000)]
    public void Without_an_estimate_it_is_always_the_minimum_with_its_slack(double ageSeconds) =>
        PollPlan.Next(Documented, null, TimeSpan.FromSeconds(ageSeconds), 0).ShouldBe(TimeSpan.FromSeconds(30.9));

    [Theory]
    [InlineData(30_000, 900)]
    [InlineData(60_000, 1_800)]
    [InlineData(2_000, 60)]
    [InlineData(500, 20)] // Below the finest step that a loop keeps, the step.
    public void The_slack_is_3_percent_of_the_minimum_and_at_least_the_tick(double minimum, double slack) =>
        PollPlan.Slack(new(TimeSpan.FromMilliseconds(minimum), TimeSpan.FromMilliseconds(minimum * 2)))
            .ShouldBe(TimeSpan.FromMilliseconds(slack));

    [Theory]
    [InlineData(0, 30.9)]
    [InlineData(0.3, 30.9)] // Within the slack anyway.
    [InlineData(0.5, 31.5)]
    [InlineData(1, 33)]
    public void Jitter_lengthens_by_at_most_a_tenth(double jitter, double plannedSeconds) =>
        PollPlan.Next(Documented, null, TimeSpan.Zero, jitter).ShouldBe(TimeSpan.FromSeconds(plannedSeconds));

    [Fact]
    public void No_input_makes_it_leave_the_window_nor_jitter_shorten_it()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            // From what configuration accepts: 1.2 times the minimum or more, and room for the tick.
            var minimum = TimeSpan.FromSeconds(0.15 + random.NextDouble() * Math.Pow(10, random.Next(0, 5)));
            var window = new PollWindow(minimum, minimum * (1.2 + random.NextDouble() * 5));
            var estimate = random.Next(4) == 0 ? null : NewEstimate(random, minimum);
            var age = minimum * (random.NextDouble() * 40 - 1);
            TimeSpan? lateness = random.Next(3) == 0 ? null : window.Max * (random.NextDouble() - 0.3);
            double[] jitters = [0, random.NextDouble() / 2, 0.5 + random.NextDouble() / 2, 1];

            TimeSpan[] planned = [.. jitters.Select(jitter => PollPlan.Next(window, estimate, age, jitter, lateness))];

            planned.All(interval => interval >= window.Min + PollPlan.Slack(window)).ShouldBeTrue($"seed {seed}");
            planned.All(interval => interval <= PollPlan.Longest(window, lateness) && interval <= window.Max).ShouldBeTrue($"seed {seed}");
            planned.SequenceEqual(planned.Order()).ShouldBeTrue($"seed {seed}");
            planned[3].ShouldBeLessThanOrEqualTo(planned[0] * 1.1 + TimeSpan.FromTicks(1), $"seed {seed}");
        }
    }

    [Fact]
    public void A_longer_window_never_has_less_slack_and_the_longest_interval_keeps_room_below_the_maximum()
    {
        var last = TimeSpan.Zero;
        for (var seconds = 0.15; seconds < 86_400; seconds *= 1.07)
        {
            var window = new PollWindow(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds * 2));
            PollPlan.Slack(window).ShouldBeGreaterThanOrEqualTo(last);
            PollPlan.Longest(window).ShouldBeLessThanOrEqualTo(window.Max - PollPlan.Slack(window));
            last = PollPlan.Slack(window);
        }
    }

    private static Estimate NewEstimate(Random random, TimeSpan minimum)
    {
        var from = minimum * (random.NextDouble() * 20);
        return new("*", from, from * (1 + random.NextDouble() * 3));
    }
}
