using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>The cadence: the formula branch by branch, what holds for every input, and what it saves.</summary>
public sealed class PollPlanTests
{
    private const int Seeds = 20_000;

    private static readonly PollWindow Documented = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
    private static readonly Estimate TwoToFiveMinutes = new("*", TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5));

    [Theory]
    [InlineData(0, 54)] // m − t is 120 s: the longest.
    [InlineData(66, 54)] // m − t is 54 s: the longest, to the second.
    [InlineData(70, 50)] // m − t lies inside the window: the poll that meets the first finished videos.
    [InlineData(85, 35)]
    [InlineData(90, 30.9)] // m − t is the minimum, which is never planned without its slack.
    [InlineData(104.9, 30.9)] // t + a/2 is still below m, and m − t below the minimum.
    [InlineData(105, 30.9)] // t + a/2 has reached m: the minimum.
    [InlineData(300, 30.9)]
    [InlineData(600, 30.9)] // Twice the estimate's maximum is not past it.
    [InlineData(600.001, 54)]
    [InlineData(80_000, 54)]
    [InlineData(-5, 54)] // Clocks differ by a little.
    public void With_an_estimate_the_interval_follows_the_age(double ageSeconds, double plannedSeconds) =>
        PollPlan.Next(Documented, TwoToFiveMinutes, TimeSpan.FromSeconds(ageSeconds), 0).ShouldBe(TimeSpan.FromSeconds(plannedSeconds));

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
            double[] jitters = [0, random.NextDouble() / 2, 0.5 + random.NextDouble() / 2, 1];

            TimeSpan[] planned = [.. jitters.Select(jitter => PollPlan.Next(window, estimate, age, jitter))];

            planned.ShouldAllBe(interval => interval >= window.Min + PollPlan.Slack(window), $"seed {seed}");
            planned.ShouldAllBe(interval => interval <= PollPlan.Longest(window), $"seed {seed}");
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

    [Theory]
    [InlineData("seedance15", "seedance_1_5_pro_720p")]
    [InlineData("seedance15", "seedance_1_5_pro_1080p")]
    [InlineData("veo", "veo_3_1_fast")]
    public void At_least_a_fifth_of_the_calls_is_saved_for_at_most_a_twentieth_more_delay(string family, string model)
    {
        var known = ModelCatalogue.Documented.Find(family)!;
        var estimate = known.EstimateFor(model, flex: false)!;

        var planned = Simulate(estimate, age => PollPlan.Next(known.Window, estimate, age, 0));
        var always = Simulate(estimate, _ => known.Window.Min);

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{model}: {planned.Calls:0.00} calls instead of {always.Calls:0.00} ({planned.Calls / always.Calls - 1:0.0%}), "
            + $"mean delay {planned.Delay.TotalSeconds:0.00} s instead of {always.Delay.TotalSeconds:0.00} s "
            + $"({planned.Delay / always.Delay - 1:0.0%})");
        planned.Calls.ShouldBeLessThanOrEqualTo(always.Calls * 0.8);
        planned.Delay.ShouldBeLessThanOrEqualTo(always.Delay * 1.05);
    }

    private static Estimate NewEstimate(Random random, TimeSpan minimum)
    {
        var from = minimum * (random.NextDouble() * 20);
        return new("*", from, from * (1 + random.NextDouble() * 3));
    }

    /// <summary>Polls tasks whose durations are spread evenly over the estimate, registered within ten seconds of their creation.</summary>
    private static (double Calls, TimeSpan Delay) Simulate(Estimate estimate, Func<TimeSpan, TimeSpan> next)
    {
        const int Durations = 601, Registrations = 21;
        var (calls, delay) = (0, TimeSpan.Zero);
        for (var d = 0; d < Durations; d++)
        {
            var duration = estimate.Min + (estimate.Max - estimate.Min) * (d / (Durations - 1.0));
            for (var r = 0; r < Registrations; r++)
            {
                var age = TimeSpan.FromSeconds(r / 2.0);
                for (calls++; age < duration; calls++) age += next(age);
                delay += age - duration;
            }
        }

        return (calls / (double)(Durations * Registrations), delay / (Durations * Registrations));
    }
}
