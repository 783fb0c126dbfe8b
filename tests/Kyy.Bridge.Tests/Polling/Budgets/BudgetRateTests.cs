using Kyy.Bridge.Polling.Budgets;

namespace Kyy.Bridge.Tests.Polling.Budgets;

public sealed class BudgetRateTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30), Long = TimeSpan.FromDays(30);

    [Theory]
    [InlineData(200, 1, 180)]
    [InlineData(200, 2, 90)]
    [InlineData(200, 4, 45)]
    [InlineData(1, 3, 0.3)]
    public void The_limit_is_shared_by_the_live_replicas_with_a_margin_for_the_network(int limit, int replicas, double rate) =>
        BudgetRate.Of(limit, replicas, 1, Long, Long, Window).ShouldBe(rate, 1e-9);

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(60, 0.6)]
    [InlineData(270, 0.95)]
    [InlineData(540, 0.975)] // From a little below where the 429 came on it takes eighteen minutes for a twentieth.
    [InlineData(1_080, 1)]
    public void What_a_429_has_halved_grows_back_in_minutes_to_a_little_below_where_it_came(double seconds, double pace) =>
        Pace.Whole.Throttled(Long, Window).After(TimeSpan.FromSeconds(seconds), Window).ShouldBe(pace, 1e-9);

    [Fact]
    public void A_limit_that_is_half_of_the_configured_one_is_met_a_few_times_an_hour_at_most()
    {
        var (pace, since, throttled) = (Pace.Whole, TimeSpan.Zero, new List<int>());
        for (var second = 0; second < 4 * 3_600; second++, since += TimeSpan.FromSeconds(1))
        {
            if (pace.After(since, Window) <= 0.5) continue;
            (pace, since) = (pace.Throttled(since, Window), TimeSpan.Zero);
            throttled.Add(second);
        }

        throttled.Count(second => second > 600).ShouldBeInRange(1, 4 * 7);
    }

    [Fact]
    public void However_often_it_is_halved_something_is_left()
    {
        var pace = Pace.Whole;
        for (var i = 0; i < 50; i++) pace = pace.Throttled(TimeSpan.Zero, Window);

        pace.After(TimeSpan.Zero, Window).ShouldBe(1.0 / 64);
    }

    [Theory]
    [InlineData(0, 18)]
    [InlineData(3, 18)]
    [InlineData(15, 90)]
    [InlineData(30, 180)]
    [InlineData(300, 180)]
    public void After_a_pause_the_rate_grows_over_one_window(double seconds, double rate) =>
        BudgetRate.Of(200, 1, 1, TimeSpan.FromSeconds(seconds), Long, Window).ShouldBe(rate, 1e-9);

    [Theory]
    [InlineData(0, 18)]
    [InlineData(2.5, 90)]
    [InlineData(5, 180)]
    public void A_process_that_has_just_started_grows_into_its_part_in_a_sixth_of_a_window(double seconds, double rate) =>
        BudgetRate.Of(200, 1, 1, Long, TimeSpan.FromSeconds(seconds), Window).ShouldBe(rate, 1e-9);

    [Theory]
    [InlineData(0, false, 1)]
    [InlineData(1, false, 2)]
    [InlineData(4, false, 16)]
    [InlineData(5, false, 30)]
    [InlineData(50, false, 30)]
    [InlineData(5, true, 32)]
    [InlineData(9, true, 300)]
    [InlineData(1_000, true, 300)]
    public void Pauses_double_up_to_a_window_after_outages_and_ten_for_a_refused_key(int trips, bool rejected, double seconds)
    {
        Backoff.Of(trips, rejected, Window, 0).TotalSeconds.ShouldBe(seconds, 1e-6);
        Backoff.Of(trips, rejected, Window, 1).TotalSeconds.ShouldBe(seconds * 1.2, 1e-6);
    }
}
