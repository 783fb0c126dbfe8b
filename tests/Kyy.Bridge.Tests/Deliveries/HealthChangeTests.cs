using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class HealthChangeTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly AttemptResult Ok = new AttemptResult.Accepted(204), Broken = new AttemptResult.Rejected(500, null);
    private static readonly AttemptResult Dead = new AttemptResult.Unreachable(AttemptError.Timeout), Gone = new AttemptResult.Gone();

    [Fact]
    public void A_success_heals_and_failures_count()
    {
        HealthChange.Of([After(Ok, 1)]).Single()
            .ShouldBe(new() { Destination = 1, Healed = true, LastAttemptAt = At(1) });
        HealthChange.Of([After(Broken, 1), After(Dead, 2)]).Single()
            .ShouldBe(new() { Destination = 1, Failures = 2, FailingSince = At(1), LastAttemptAt = At(2), LastFailure = "timeout" });
    }

    [Fact]
    public void The_last_success_wipes_what_failed_before_it_and_not_what_failed_after_it_by_the_time_of_the_answers()
    {
        // It began first and was answered last.
        HealthChange.Of([After(Ok, 1, took: 9), After(Broken, 2)]).Single()
            .ShouldBe(new() { Destination = 1, Healed = true, LastAttemptAt = At(2) });
        HealthChange.Of([After(Broken, 4), After(Dead, 1, took: 2), After(Ok, 2)]).Single()
            .ShouldBe(new() { Destination = 1, Healed = true, Failures = 2, FailingSince = At(1), LastAttemptAt = At(4), LastFailure = "500" });
    }

    [Theory]
    [InlineData(429, true)]
    [InlineData(502, true)]
    [InlineData(503, true)]
    [InlineData(504, true)]
    [InlineData(500, false)]
    [InlineData(404, false)]
    public void Some_answers_ask_for_patience(int status, bool slowed) =>
        HealthChange.Of([After(new AttemptResult.Rejected(status, null), 1)]).Single().Slowed.ShouldBe(slowed);

    [Fact]
    public void The_longest_wish_counts_from_its_answer_and_is_a_day_at_most()
    {
        HealthChange.Of([Asks(503, 60, 1, took: 2), Asks(429, 30, 5), After(Broken, 90)]).Single().AskedUntil.ShouldBe(At(63));
        HealthChange.Of([Asks(503, 1_000_000, 0)]).Single().AskedUntil.ShouldBe(Start.AddDays(1));
        HealthChange.Of([Asks(500, 60, 1)]).Single().AskedUntil.ShouldBeNull();
        HealthChange.Of([Asks(503, 60, 1), After(Ok, 2)]).Single().AskedUntil.ShouldBeNull();
    }

    [Fact]
    public void Of_an_endpoint_that_is_gone_that_is_what_counts_and_of_a_host_one_callback_is_nothing()
    {
        HealthChange.Of([After(Gone, 1, isEndpoint: true), After(Broken, 2, isEndpoint: true)]).Single().LastFailure.ShouldBe("410");
        HealthChange.Of([After(Gone, 1)]).ShouldBeEmpty();
    }

    [Fact]
    public void Each_destination_has_one_change_and_what_was_not_sent_says_nothing()
    {
        var (first, second) = (After(Ok, 1), After(Broken, 1) with { });
        second = second with { Delivery = second.Delivery with { Destination = 2 } };

        var changes = HealthChange.Of([first, second, first, Settlement.HandBack(first.Delivery with { Destination = 3 })]);

        changes.Select(change => (change.Destination, change.Healed, change.Failures)).ShouldBe([(1, true, 0), (2, false, 1)]);
    }

    private static DateTimeOffset At(int second) => Start.AddSeconds(second);

    private static Settlement Asks(int status, int seconds, int at, int took = 0) =>
        After(new AttemptResult.Rejected(status, TimeSpan.FromSeconds(seconds)), at, took);

    private static Settlement After(AttemptResult result, int at, int took = 0, bool isEndpoint = false) => Settlement.After(
        new()
        {
            Id = Make.NewId(),
            EventId = Guid.Empty,
            EventType = "task.failed",
            ClientId = Guid.Empty,
            CallbackId = Guid.Empty,
            EndpointId = isEndpoint ? Make.NewId() : null,
            Destination = 1,
            Host = "hooks.example.test:443",
            Url = "https://hooks.example.test/a",
            Payload = [],
            Claim = 1,
            Attempt = 1,
            LeaseEnds = 0,
        },
        new(result, At(at), TimeSpan.FromSeconds(took), null), [TimeSpan.FromMinutes(1)], jitter: 0);
}
