namespace Kyy.Bridge.Deliveries;

/// <summary>Where deliveries go, and what they are claimed and limited by: an endpoint, or one host of one client for its bare callbacks.</summary>
internal sealed class Destination
{
    public required int Id { get; init; }
    public required Guid ClientId { get; init; }

    /// <summary>A host with its port; an endpoint's own destination has the endpoint's id, as the API writes it.</summary>
    public required string Host { get; init; }
    public Guid? EndpointId { get; init; }
    public int ConsecutiveFailures { get; init; }

    /// <summary>The first failure since the last success.</summary>
    public DateTimeOffset? FailingSince { get; init; }
    public DateTimeOffset? LastAttemptAt { get; init; }

    /// <summary>The last failure: a status code or a word of <see cref="AttemptError"/>.</summary>
    public string? LastFailure { get; init; }

    /// <summary>No attempt before it: the receiver asked for patience.</summary>
    public DateTimeOffset? SlowUntil { get; init; }

    /// <summary>Slow-downs in a row.</summary>
    public int SlowSteps { get; init; }

    /// <summary>When the next attempt is due under the endpoint's rate limit.</summary>
    public DateTimeOffset? RateNextAt { get; init; }
}
