using Kyy.Bridge.Deliveries;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class RateTurnsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(25)]
    [InlineData(100)]
    [InlineData(1_000)]
    public void However_it_is_asked_no_second_has_more_than_the_limit_and_nearly_all_of_it_is_used(int limit)
    {
        var turns = new RateTurns(limit);
        var random = new Random(limit);
        var begun = new Queue<DateTimeOffset>();
        var (now, total) = (Start, 0);
        DateTimeOffset? nextAt = null;
        while (now < Start.AddSeconds(60))
        {
            // Claimers of many processes come when they like, and take less than they may.
            now += TimeSpan.FromSeconds(random.NextDouble() / limit / 10);
            var taken = random.Next(4) == 0 ? random.Next(turns.Now(nextAt, now) + 1) : turns.Now(nextAt, now);
            if (taken > 0) nextAt = turns.After(nextAt, now, taken);
            for (var one = 0; one < taken; one++) begun.Enqueue(now);
            while (begun.TryPeek(out var first) && first <= now.AddSeconds(-1)) begun.Dequeue();
            begun.Count.ShouldBeLessThanOrEqualTo(limit);
            total += taken;
        }

        total.ShouldBeGreaterThan((int)(0.75 * 60 * limit));
    }

    [Fact]
    public void What_was_not_used_is_saved_up_for_one_small_burst()
    {
        var turns = new RateTurns(50);

        turns.Now(null, Start).ShouldBe(5);
        turns.Now(Start.AddDays(-3), Start).ShouldBe(5);
        turns.Now(turns.After(null, Start, 5), Start).ShouldBe(0);
        turns.Now(turns.After(null, Start, 2), Start).ShouldBe(3);
    }

    [Fact]
    public void The_next_one_is_due_when_it_may_begin()
    {
        var turns = new RateTurns(1);

        var next = turns.After(null, Start, 1);

        next.ShouldBeInRange(Start.AddSeconds(1), Start.AddSeconds(1.2));
        turns.Now(next, next.AddTicks(-1)).ShouldBe(0);
        turns.Now(next, next).ShouldBe(1);
    }
}
