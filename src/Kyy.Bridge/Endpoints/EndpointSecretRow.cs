namespace Kyy.Bridge.Endpoints;

/// <summary>One of an endpoint's signing secrets, encrypted.</summary>
internal sealed class EndpointSecretRow
{
    public required Guid Id { get; init; }
    public required Guid EndpointId { get; init; }
    public required byte[] Ciphertext { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null for the current one; for one that was rotated out, until when it still signs.</summary>
    public DateTimeOffset? ValidUntil { get; set; }
}
