namespace Kyy.Bridge.Deliveries;

/// <summary>One event on its way to one destination: the row, for cold reads.</summary>
internal sealed class Delivery
{
    public required Guid Id { get; init; }
    public required Guid EventId { get; init; }
    public required Guid ClientId { get; init; }

    /// <summary>Null for an event that is about no task.</summary>
    public Guid? TaskId { get; init; }

    /// <summary>Whoever wanted the event: a task's callback or an endpoint.</summary>
    public required Guid CallbackId { get; init; }

    /// <summary>Null for a bare callback; else the same as <see cref="CallbackId"/>.</summary>
    public Guid? EndpointId { get; init; }
    public required int Destination { get; init; }
    public required string Url { get; init; }
    public required string State { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? NextAttemptAt { get; init; }
    public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>Raised by every claim; a settle that carries an older one owns the row no more.</summary>
    public int Claim { get; init; }

    /// <summary>POSTs begun.</summary>
    public int Attempts { get; init; }

    /// <summary>Attempts before the schedule that it is under: a redelivery starts a fresh one.</summary>
    public int ScheduleFrom { get; init; }

    /// <summary>Claims since the last settle.</summary>
    public int Unsettled { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? DeadReason { get; init; }
}
