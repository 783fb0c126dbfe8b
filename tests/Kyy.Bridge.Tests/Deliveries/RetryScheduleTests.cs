using Kyy.Bridge.Deliveries;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class RetryScheduleTests
{
    private static readonly DeliverySettings Settings = new();

    [Fact]
    public void By_default_there_are_ten_attempts_over_three_days()
    {
        TimeSpan?[] shortest = [.. Enumerable.Range(1, 11).Select(attempt => Next(attempt))];
        TimeSpan?[] longest = [.. Enumerable.Range(1, 11).Select(attempt => Next(attempt, jitter: 1))];

        shortest.Count(wait => wait is not null).ShouldBe(9);
        shortest[9..].ShouldBe([null, null]);
        shortest.Sum(wait => wait?.TotalHours).GetValueOrDefault().ShouldBe(75.6, 0.1);
        longest.Sum(wait => wait?.TotalHours).GetValueOrDefault().ShouldBe(90.7, 0.1);
        shortest[..9].ShouldBe(Settings.RetrySchedule.Select(wait => (TimeSpan?)wait));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(0.5, 5.5)]
    [InlineData(1, 6)]
    public void Jitter_lengthens_by_at_most_a_fifth(double jitter, double seconds) =>
        Next(1, jitter: jitter).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData(-60, 5)]
    [InlineData(0, 5)]
    [InlineData(4, 5)]
    [InlineData(60, 60)]
    [InlineData(86_400, 86_400)]
    [InlineData(1_000_000, 86_400)] // No more than a day.
    public void What_the_receiver_asks_for_only_lengthens(int asked, int seconds) =>
        Next(1, TimeSpan.FromSeconds(asked)).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_wish_does_not_shorten_a_wait_that_is_longer_than_a_day() =>
        RetrySchedule.Next([TimeSpan.FromDays(7)], 1, TimeSpan.FromDays(2), 0).ShouldBe(TimeSpan.FromDays(7));

    [Fact]
    public void No_wish_gives_another_attempt_than_there_are() => Next(10, TimeSpan.FromSeconds(5)).ShouldBeNull();

    private static TimeSpan? Next(int attempt, TimeSpan? asked = null, double jitter = 0) =>
        RetrySchedule.Next(Settings.RetrySchedule, attempt, asked, jitter);
}
