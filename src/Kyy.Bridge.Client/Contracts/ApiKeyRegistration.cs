namespace Kyy.Bridge.Client.Contracts;

/// <summary>Makes a further API key, of a client or of an admin.</summary>
/// <param name="Name">The admin's name; null for a client's key.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
public sealed record ApiKeyRegistration(string? Name = null, DateTimeOffset? ExpiresAt = null);
