namespace Kyy.Bridge.Client.Contracts;

/// <summary>The <c>data</c> of <see cref="EventTypes.EndpointDisabled"/> and of <see cref="EventTypes.EndpointPing"/>.</summary>
public sealed record EndpointEventData
{
    /// <summary>The endpoint, <c>ep_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Where it is: scheme, host and path alone, since others get this too and a query may carry a token.</summary>
    public required string Url { get; init; }

    /// <summary>One of <see cref="EndpointStatuses"/>: what it is from then on, and with a ping, what it is.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is disabled: one of <see cref="EndpointDisabledReasons"/>, which may grow; null while it is enabled.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>The first failure since the last success; null where the last attempt succeeded.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When it was disabled; null while it is enabled.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>The client whose endpoint it is, <c>cli_…</c>.</summary>
    public string? ClientId { get; init; }
}
