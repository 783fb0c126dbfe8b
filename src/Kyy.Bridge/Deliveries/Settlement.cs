using System.Collections.Immutable;

namespace Kyy.Bridge.Deliveries;

/// <summary>What becomes of a delivery after a claim: a pure decision, written by <see cref="SettleDeliveries"/>.</summary>
internal sealed record Settlement
{
    public required LeasedDelivery Delivery { get; init; }

    /// <summary>The attempt that was made; null where none was.</summary>
    public Attempt? Attempt { get; init; }

    /// <summary>What the delivery is from now on.</summary>
    public required string State { get; init; }

    /// <summary>In how long it is due again, while it is pending.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>Why it is dead.</summary>
    public string? DeadReason { get; init; }

    /// <summary>Whether the receiver wants no more: neither of this callback, nor of this endpoint.</summary>
    public bool DisablesCallback { get; init; }

    /// <summary>Decides by what an attempt came to.</summary>
    public static Settlement After(LeasedDelivery delivery, Attempt attempt, ImmutableArray<TimeSpan> waits, double jitter)
    {
        return attempt.Result switch
        {
            AttemptResult.Accepted => Ended(DeliveryState.Delivered, null),
            AttemptResult.Gone => Ended(DeliveryState.Dead, "gone") with { DisablesCallback = true },
            // The receiver counts from its answer.
            AttemptResult.Rejected rejected => Again(rejected.RetryAfter + attempt.Duration),
            AttemptResult.Unreachable => Again(null),
            _ => throw new InvalidOperationException($"No settlement for {attempt.Result.GetType().Name}."),
        };

        Settlement Ended(string state, string? reason) =>
            new() { Delivery = delivery, Attempt = attempt, State = state, DeadReason = reason };

        Settlement Again(TimeSpan? retryAfter) => RetrySchedule.Next(
            waits, delivery.Attempt - delivery.ScheduleFrom, retryAfter, jitter) is { } wait
            // Counted from the attempt's begin, of which its duration is over.
            ? new() { Delivery = delivery, Attempt = attempt, State = DeliveryState.Pending, Wait = wait - attempt.Duration }
            : Ended(DeliveryState.Dead, "schedule_spent");
    }

    /// <summary>No attempt was made: due at once for whoever has room.</summary>
    public static Settlement HandBack(LeasedDelivery delivery) => new()
    {
        Delivery = delivery,
        State = DeliveryState.Pending,
        Wait = TimeSpan.Zero,
    };
}
