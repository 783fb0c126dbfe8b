namespace Kyy.Bridge.Http;

/// <summary>What was asked under one Idempotency-Key and, where the route is not idempotent by nature, the first answer.</summary>
internal sealed class IdempotencyRecord
{
    public required Guid Owner { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }
    public required string Key { get; init; }
    public required byte[] Fingerprint { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public int? Status { get; set; }
    public string? Location { get; set; }

    /// <summary>The first answer's body, encrypted: it may carry a key or a secret.</summary>
    public byte[]? Body { get; set; }
}
