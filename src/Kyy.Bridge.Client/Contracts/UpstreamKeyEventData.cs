namespace Kyy.Bridge.Client.Contracts;

/// <summary>The <c>data</c> of <see cref="EventTypes.UpstreamKeyRejected"/> and <see cref="EventTypes.UpstreamKeyRestored"/>.</summary>
public sealed record UpstreamKeyEventData
{
    /// <summary>The key's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is from then on: <see cref="UpstreamKeyStates.Rejected"/> or <see cref="UpstreamKeyStates.Active"/>.</summary>
    public required string State { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The upstream's status with which it refused the key; null where there is none to tell.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The base URL that it is sent to.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The client whose key it is, <c>cli_…</c>; null for the operator's key.</summary>
    public string? ClientId { get; init; }
}
