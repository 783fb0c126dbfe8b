namespace Kyy.Bridge.Keys;

/// <summary>The body that makes a key of a client, for its description: it is read member by member.</summary>
internal sealed record ClientKeyRequest(DateTimeOffset? ExpiresAt = null);

/// <summary>The body that makes a key of an admin, for its description.</summary>
internal sealed record AdminKeyRequest(string Name, DateTimeOffset? ExpiresAt = null);
