using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tasks.Timelines;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Tasks.Timelines;

/// <summary>The sentence for whoever is on call, in every state there is; and the order of what a timeline tells.</summary>
public sealed class WhyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 3, 0, TimeSpan.Zero);

    private static readonly Guid Endpoint = Make.NewId();

    private static readonly string Ep = TypeId.Format(TypeId.Endpoint, Endpoint);

    private static IEnumerable<(TimelineFacts Facts, string Why)> Table =>
    [
        (Alive(TaskStatuses.Registered, polls: 0), "It was registered and has not been asked about yet; the first poll is due now."),
        (Alive(TaskStatuses.Registered), "The upstream has not said yet where it stands; the next poll is at 2026-11-20T12:03:10.000Z."),
        (Alive(TaskStatuses.Queued), "The upstream has it in its queue; the next poll is at 2026-11-20T12:03:10.000Z."),
        (Alive(TaskStatuses.Processing), "The upstream is processing it; the next poll is at 2026-11-20T12:03:10.000Z."),
        (Alive(TaskStatuses.Processing, next: -1), "The upstream is processing it; the next poll is due now."),
        (Alive(TaskStatuses.Processing, next: -61),
            "A poll has been due since 2026-11-20T12:01:59.000Z and was not made: no worker runs, or there is more to do than may be asked."),
        (Alive(TaskStatuses.Processing, failures: 3),
            "The last 3 polls brought no usable answer (not_found, 404); the next poll is at 2026-11-20T12:03:10.000Z."),
        (Alive(TaskStatuses.Processing, deadline: -1), "The upstream is processing it; the next poll is at 2026-11-20T12:03:10.000Z."
            + " Its deadline passed at 2026-11-20T12:02:59.000Z and waits for that, until 2026-11-21T12:02:59.000Z at the latest."),
        (Alive(TaskStatuses.Processing) with { Key = Key(UpstreamKeyStates.Rejected) },
            "The upstream refuses the key 'default' since 2026-11-20T12:00:00.000Z; its tasks wait until it is replaced."),
        (Alive(TaskStatuses.Processing, deadline: -1) with { Key = Key(UpstreamKeyStates.Rejected) },
            "The upstream refuses the key 'default' since 2026-11-20T12:00:00.000Z; its tasks wait until it is replaced."
            + " Its deadline passed at 2026-11-20T12:02:59.000Z and waits for that, until 2026-11-21T12:02:59.000Z at the latest."),
        (Alive(TaskStatuses.Processing) with { Key = Key(UpstreamKeyStates.Throttled, "throttled", 30) },
            "The upstream has asked for fewer requests with the key 'default', so that nothing is asked until 2026-11-20T12:03:30.000Z;"
            + " its tasks wait until then."),
        (Alive(TaskStatuses.Processing) with { Key = Key(UpstreamKeyStates.Throttled, "server_error", -1) },
            "The upstream gives no usable answer (server_error); one call at a time asks whether it does again, and its tasks wait."),
        (Alive(TaskStatuses.Processing) with { Key = Key(UpstreamKeyStates.Active) with { IsGone = true } },
            "Its upstream key 'default' was deleted: its tasks wait until one of that name is set again."),
        (Alive(TaskStatuses.Processing) with { PollingHeldSince = At(-60), Key = Key(UpstreamKeyStates.Rejected) },
            "The operator has held polling since 2026-11-20T12:02:00.000Z: it waits until that is released."),
        (Ended(TaskStatuses.Completed), "It has ended as completed; there is nobody to be told."),
        (Ended(TaskStatuses.Stopped), "It was stopped at 2026-11-20T12:00:00.000Z; nobody is told of that."),
        (Ended(TaskStatuses.Completed, Sent(DeliveryState.Delivered)), "It has ended as completed; its delivery has arrived."),
        (Because(Ended(TaskStatuses.Failed, Sent(DeliveryState.Delivered), Sent(DeliveryState.Delivered)), TaskErrorCodes.UpstreamFailed),
            "It has ended as failed, as the upstream says; all 2 deliveries have arrived."),
        (Because(Ended(TaskStatuses.TimedOut, Sent(DeliveryState.Cancelled)), TaskErrorCodes.Deadline),
            "It has ended as timed_out, as its deadline passed; its delivery was cancelled."),
        (Ended(TaskStatuses.Completed, Pending(3, 7), Sent(DeliveryState.Delivered)),
            "It has ended as completed; 1 of 2 deliveries is pending after 3 failed attempts, the next is at 2026-11-20T12:03:07.000Z."),
        (Ended(TaskStatuses.Completed, Pending(1, 7) with { SlowUntil = At(60) }),
            "It has ended as completed; its delivery is pending after 1 failed attempt, the next is at 2026-11-20T12:04:00.000Z."),
        (Ended(TaskStatuses.Completed, Pending(0, 0)), "It has ended as completed; its delivery is pending, the next is due now."),
        (Ended(TaskStatuses.Completed, Pending(1, 7) with { LeasedUntil = At(7) }),
            "It has ended as completed; its delivery is pending, and an attempt may be under way."),
        (Ended(TaskStatuses.Completed, Pending(2, 7) with { HeldSince = At(-60) }),
            "It has ended as completed; its delivery is pending, held by the operator since 2026-11-20T12:02:00.000Z."),
        (Ended(TaskStatuses.Completed, Pending(2, 7) with { DisabledSince = At(-60), DisabledReason = "gone" }, Sent(DeliveryState.Dead)),
            $"It has ended as completed; 1 of 2 deliveries is pending, as the endpoint {Ep} is disabled since 2026-11-20T12:02:00.000Z (gone),"
            + " and 1 is dead."),
        (Ended(TaskStatuses.Completed, Sent(DeliveryState.Dead) with { DeadReason = "schedule_spent" }, Sent(DeliveryState.Delivered)),
            $"It has ended as completed; 1 of 2 deliveries is dead and can be sent again ({Ep}: schedule_spent)."),
        (Ended(TaskStatuses.Completed, Sent(DeliveryState.Cancelled), Sent(DeliveryState.Delivered)),
            "It has ended as completed; 1 of 2 deliveries arrived and the rest were cancelled."),
        (Ended(TaskStatuses.Completed, refresh: 5),
            "It has ended as completed; there is nobody to be told. A fresh link is asked for at 2026-11-20T12:03:05.000Z."),
        (Ended(TaskStatuses.Completed, refresh: 5) with { Key = Key(UpstreamKeyStates.Rejected) },
            "It has ended as completed; there is nobody to be told. The upstream refuses the key 'default' since 2026-11-20T12:00:00.000Z;"
            + " the fresh link that was asked for waits until it is replaced."),
    ];

    [Fact]
    public void Every_state_is_told_in_plain_words()
    {
        foreach (var (facts, why) in Table) Why.Of(facts).ShouldBe(why);
    }

    [Fact]
    public void What_happened_stands_in_the_order_of_time_and_what_comes_next_apart_from_it()
    {
        var delivery = Pending(2, 30);
        var facts = Ended(TaskStatuses.Completed, delivery) with
        {
            Callbacks = [new("a.example:443", At(-170), null)],
            Events = [new(delivery.Event, EventTypes.TaskCompleted, At(-180))],
            Attempts = [new(delivery.Id, 2, At(-100), 20, null, "timeout"), new(delivery.Id, 1, At(-150), 12, 503, null)],
        };

        var timeline = Timeline.Of(facts);

        timeline.Past.Select(entry => entry.Kind).ShouldBe(
            ["registered", "queued", "processing", "ended", "event", "callback_added", "attempt", "attempt", "polled"]);
        timeline.Past.Where(entry => entry.Kind == TimelineKinds.Attempt).Select(entry => entry.Text)
            .ShouldBe([$"Attempt 1 to {Ep}: 503 after 12 ms.", $"Attempt 2 to {Ep}: timeout after 20 ms."]);
        var next = timeline.Next.ShouldHaveSingleItem();
        (next.Kind, next.At, next.Number, next.DeliveryId).ShouldBe(
            (TimelineKinds.Attempt, At(30), 3, TypeId.Format(TypeId.Delivery, delivery.Id)));
        timeline.Truncated.ShouldBeFalse();
    }

    [Fact]
    public void A_long_life_is_told_from_its_end()
    {
        var delivery = Pending(250, 30);
        var facts = Ended(TaskStatuses.Completed, delivery) with
        {
            Attempts = [.. Enumerable.Range(1, 250).Reverse().Select(n => new AttemptFacts(delivery.Id, n, At(n), 1, 500, null))],
        };

        var timeline = Timeline.Of(facts);

        timeline.Past.Count.ShouldBe(Timeline.Most);
        timeline.Past[^1].Number.ShouldBe(250);
        timeline.Truncated.ShouldBeTrue();
    }

    private static DateTimeOffset At(double seconds) => Now.AddSeconds(seconds);

    private static KeyFacts Key(string state, string? reason = null, double until = 60) =>
        new("default", state, At(-180), reason, state == UpstreamKeyStates.Active ? null : At(until), IsGone: false);

    private static TimelineFacts Alive(string status, int polls = 4, double next = 10, double deadline = 3_600, int failures = 0) =>
        Facts(status, null, polls, At(next), At(deadline), failures, null, []);

    private static TimelineFacts Ended(string status, params DeliveryFacts[] deliveries) =>
        Facts(status, At(-180), 4, null, At(3_600), 0, null, deliveries);

    private static TimelineFacts Ended(string status, double refresh) => Facts(status, At(-180), 4, null, At(3_600), 0, At(refresh), []);

    private static TimelineFacts Facts(
        string status, DateTimeOffset? endedAt, int polls, DateTimeOffset? next, DateTimeOffset deadline, int failures,
        DateTimeOffset? refresh, DeliveryFacts[] deliveries)
    {
        var (id, failure) = (Make.NewId(), failures > 0 ? new TaskFailure(At(-20), "not_found", 404, null) : null);
        return new()
        {
            Now = Now,
            Row = new()
            {
                Id = id,
                ClientId = Make.NewId(),
                UpstreamKeyId = Make.NewId(),
                TaskId = "video",
                ServiceTier = ServiceTiers.Default,
                Status = status,
                RegisteredAt = At(-240),
                QueuedAt = At(-220),
                ProcessingAt = At(-200),
                LastPolledAt = polls > 0 ? At(-20) : null,
                Polls = polls,
                NextPollAt = next,
                RefreshDueAt = refresh,
                DeadlineAt = deadline,
                EndedAt = endedAt,
                VideoUrls = [],
                Warnings = [],
            },
            View = new()
            {
                Id = TypeId.Format(TypeId.Task, id),
                TaskId = "video",
                ServiceTier = ServiceTiers.Default,
                Status = status,
                Ended = endedAt is not null,
                RegisteredAt = At(-240),
                NextPollAt = next,
                DeadlineAt = deadline,
                Polls = polls,
                ConsecutiveFailures = failures,
                LastFailure = failure,
                Deliveries = new(
                    Count(DeliveryState.Pending), Count(DeliveryState.Delivered), Count(DeliveryState.Dead), Count(DeliveryState.Cancelled)),
            },
            Window = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)),
            Key = Key(UpstreamKeyStates.Active),
            Deliveries = deliveries,
        };

        int Count(string state) => deliveries.Count(delivery => delivery.State == state);
    }

    private static TimelineFacts Because(TimelineFacts facts, string code) => facts with
    {
        Row = new()
        {
            Id = facts.Row.Id,
            ClientId = facts.Row.ClientId,
            UpstreamKeyId = facts.Row.UpstreamKeyId,
            TaskId = facts.Row.TaskId,
            ServiceTier = facts.Row.ServiceTier,
            Status = facts.Row.Status,
            EndedAt = facts.Row.EndedAt,
            ErrorCode = code,
            VideoUrls = [],
            Warnings = [],
        },
    };

    private static DeliveryFacts Sent(string state) =>
        new() { Id = Make.NewId(), Event = Make.NewId(), To = Ep, State = state, Attempts = 1, EndedAt = At(-60) };

    private static DeliveryFacts Pending(int attempts, double next) =>
        new() { Id = Make.NewId(), Event = Make.NewId(), To = Ep, State = DeliveryState.Pending, Attempts = attempts, NextAttemptAt = At(next) };
}
