namespace Kyy.Bridge.Deliveries;

/// <summary>One of a client's signing secrets, encrypted.</summary>
internal sealed class SigningSecretRow
{
    public required Guid Id { get; init; }
    public required Guid ClientId { get; init; }
    public required byte[] Ciphertext { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null for the current one; for one that was rotated out, until when it still signs.</summary>
    public DateTimeOffset? ValidUntil { get; set; }
}
