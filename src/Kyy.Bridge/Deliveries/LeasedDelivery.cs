namespace Kyy.Bridge.Deliveries;

/// <summary>A delivery that this process owns for the length of its lease, with all that its attempt needs.</summary>
internal sealed record LeasedDelivery
{
    public required Guid Id { get; init; }
    public required Guid EventId { get; init; }
    public required string EventType { get; init; }
    public required Guid ClientId { get; init; }
    public required Guid CallbackId { get; init; }

    /// <summary>Null for a bare callback.</summary>
    public Guid? EndpointId { get; init; }
    public required int Destination { get; init; }

    /// <summary>The receiving host. With the client it is what shares of connections are counted by.</summary>
    public required string Host { get; init; }
    public required string Url { get; init; }

    /// <summary>The exact bytes that are signed and sent.</summary>
    public required byte[] Payload { get; init; }
    public DateTimeOffset? LinkExpiresAt { get; init; }

    /// <summary>What every settle is conditional on.</summary>
    public required int Claim { get; init; }

    /// <summary>The number of the attempt that this lease is for, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Attempts before the schedule that it is under: the retry schedule counts from there.</summary>
    public int ScheduleFrom { get; init; }

    /// <summary>The monotonic timestamp at which the lease is over, counted from before the claim was sent.</summary>
    public required long LeaseEnds { get; init; }
}
