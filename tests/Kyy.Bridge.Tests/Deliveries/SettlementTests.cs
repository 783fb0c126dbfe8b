using System.Collections.Immutable;
using Kyy.Bridge.Deliveries;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class SettlementTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly ImmutableArray<TimeSpan> Waits = [5 * Second, 300 * Second];

    private static readonly LeasedDelivery Delivery = new()
    {
        Id = Guid.Empty,
        EventId = Guid.Empty,
        EventType = "task.completed",
        ClientId = Guid.Empty,
        CallbackId = Guid.Empty,
        Destination = 1,
        Host = "hooks.example.test",
        Url = "https://hooks.example.test/a",
        Payload = [],
        Claim = 1,
        Attempt = 1,
        LeaseEnds = 0,
    };

    private static IReadOnlyList<AttemptResult> OneOfEach { get; } =
    [
        new AttemptResult.Accepted(200), new AttemptResult.Gone(), new AttemptResult.Rejected(500, null),
        new AttemptResult.Unreachable(AttemptError.Dns),
    ];

    [Fact]
    public void Every_result_is_settled()
    {
        OneOfEach.Select(result => After(result).State).ShouldBe(["delivered", "dead", "pending", "pending"]);
        OneOfEach.Count.ShouldBe(typeof(AttemptResult).GetNestedTypes(System.Reflection.BindingFlags.NonPublic).Length);
    }

    [Fact]
    public void A_failed_attempt_comes_again_counted_from_its_begin() =>
        After(new AttemptResult.Rejected(500, null), took: 2 * Second).Wait.ShouldBe(3 * Second);

    [Fact]
    public void A_receiver_that_names_a_wait_counts_it_from_its_answer() =>
        After(new AttemptResult.Rejected(503, 60 * Second), took: 10 * Second).Wait.ShouldBe(60 * Second);

    [Fact]
    public void A_failed_last_attempt_is_the_end()
    {
        var spent = After(new AttemptResult.Unreachable(AttemptError.Timeout), attempt: 3);

        spent.State.ShouldBe(DeliveryState.Dead);
        spent.DeadReason.ShouldBe("schedule_spent");
        spent.Wait.ShouldBeNull();
        spent.DisablesCallback.ShouldBeFalse();
    }

    [Fact]
    public void A_schedule_that_began_anew_counts_from_there()
    {
        var failed = new Attempt(new AttemptResult.Rejected(500, null), DateTimeOffset.UnixEpoch, default, null);

        Settlement.After(Delivery with { Attempt = 12, ScheduleFrom = 11 }, failed, Waits, 0).Wait.ShouldBe(5 * Second);
        Settlement.After(Delivery with { Attempt = 14, ScheduleFrom = 11 }, failed, Waits, 0).DeadReason.ShouldBe("schedule_spent");
    }

    [Fact]
    public void Gone_ends_the_delivery_and_the_callback_whatever_attempt_it_was()
    {
        var gone = After(new AttemptResult.Gone());

        gone.State.ShouldBe(DeliveryState.Dead);
        gone.DeadReason.ShouldBe("gone");
        gone.DisablesCallback.ShouldBeTrue();
    }

    [Fact]
    public void What_is_handed_back_has_no_attempt_and_no_wait()
    {
        var handedBack = Settlement.HandBack(Delivery);

        handedBack.Attempt.ShouldBeNull();
        handedBack.State.ShouldBe(DeliveryState.Pending);
        handedBack.Wait.ShouldBe(TimeSpan.Zero);
    }

    private static Settlement After(AttemptResult result, TimeSpan took = default, int attempt = 1) =>
        Settlement.After(Delivery with { Attempt = attempt }, new(result, DateTimeOffset.UnixEpoch, took, null), Waits, jitter: 0);
}
