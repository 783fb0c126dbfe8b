namespace Kyy.Bridge.Keys;

// These say in the OpenAPI document what each of the two routes reads; ApiKeyRegistration is what the library has for both.

/// <summary>Makes a key of a client.</summary>
/// <param name="ExpiresAt">When it stops working; without it never.</param>
internal sealed record ClientKeyRequest(DateTimeOffset? ExpiresAt = null);

/// <summary>Makes a key of a further admin.</summary>
/// <param name="Name">The admin's name, for people.</param>
/// <param name="ExpiresAt">When it stops working; without it never.</param>
internal sealed record AdminKeyRequest(string Name, DateTimeOffset? ExpiresAt = null);
