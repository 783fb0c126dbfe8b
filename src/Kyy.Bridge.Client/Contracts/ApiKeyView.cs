namespace Kyy.Bridge.Client.Contracts;

/// <summary>An API key without the key itself, of which only a hash is kept.</summary>
/// <param name="Id">Its id, <c>key_…</c>.</param>
/// <param name="Name">The admin's name; null for a client's key.</param>
/// <param name="ClientId">Whose key it is; null for an admin's.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="Prefix">The key's first characters, to tell it from others.</param>
/// <param name="LastUsedAt">When it was used last, to the minute and a minute late; null for never.</param>
public sealed record ApiKeyView(
    string Id, string? Name, string? ClientId, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string Prefix,
    DateTimeOffset? LastUsedAt = null);
