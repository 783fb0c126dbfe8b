namespace Kyy.Bridge.Client.Contracts;

/// <summary>The <c>data</c> of <see cref="EventTypes.EndpointDisabled"/>.</summary>
public sealed record EndpointEventData
{
    /// <summary>The endpoint, <c>ep_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Where it is: scheme, host and path alone, since others get this too and a query may carry a token.</summary>
    public required string Url { get; init; }

    /// <summary>What it is from then on: <c>disabled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Why: <c>gone</c>, it answered 410, or <c>failing</c>, it has done nothing but fail for days. More may be added.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>The first failure since the last success.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When it was disabled.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>The client whose endpoint it is, <c>cli_…</c>.</summary>
    public string? ClientId { get; init; }
}
