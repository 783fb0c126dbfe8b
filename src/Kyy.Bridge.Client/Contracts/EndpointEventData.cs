namespace Kyy.Bridge.Client.Contracts;

/// <summary>The <c>data</c> of <see cref="EventTypes.EndpointPing"/> and <see cref="EventTypes.EndpointDisabled"/>.</summary>
/// <remarks>Without the URL: other endpoints of the client may be somebody else's, and an address may be a secret.</remarks>
public sealed record EndpointEventData
{
    /// <summary>The endpoint, <c>ep_…</c>.</summary>
    public required string Id { get; init; }

    /// <inheritdoc cref="EndpointView.Description"/>
    public string? Description { get; init; }

    /// <inheritdoc cref="EndpointView.Status"/>
    public required string Status { get; init; }

    /// <inheritdoc cref="EndpointView.DisabledReason"/>
    public string? DisabledReason { get; init; }

    /// <inheritdoc cref="EndpointView.FailingSince"/>
    public DateTimeOffset? FailingSince { get; init; }
}
