namespace Kyy.Bridge.Keys;

/// <summary>A key of the API: only its hash is known here. Without a client it is an admin's.</summary>
internal sealed class ApiKey
{
    public required Guid Id { get; init; }
    public Guid? ClientId { get; init; }
    public string? Name { get; init; }
    public required byte[] Hash { get; init; }

    /// <summary>The first characters, by which people tell their keys apart.</summary>
    public required string Prefix { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; set; }
}
