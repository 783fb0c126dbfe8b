using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Keys;

/// <summary>Makes clients and keys. Each method wants to run in a transaction of its caller's.</summary>
internal sealed class ClientRegistrar(Ids ids, DatabaseClock clock, SigningSecrets secrets)
{
    public const int LongestName = 200;

    /// <summary>Makes a client with its first key and its signing secret.</summary>
    public async Task<ClientCreated> CreateAsync(
        BridgeDbContext db, string name, bool mayUseOperatorKey, CancellationToken cancellation)
    {
        var client = new ApiClient { Id = ids.Next(), Name = name, MayUseOperatorKey = mayUseOperatorKey, CreatedAt = clock.Now };
        db.Add(client);
        // Written before what refers to it: the model knows no relations by which EF could order the two.
        await db.SaveChangesAsync(cancellation);
        db.Add(secrets.NewRow(client.Id));
        var key = await IssueKeyAsync(db, client.Id, name: null, expiresAt: null, cancellation);
        return new(TypeId.Format(TypeId.Client, client.Id), name, key.ApiKey);
    }

    /// <summary>Makes a key of a client, or without one of an admin. Its text is not to be had again.</summary>
    public async Task<ApiKeyCreated> IssueKeyAsync(
        BridgeDbContext db, Guid? client, string? name, DateTimeOffset? expiresAt, CancellationToken cancellation)
    {
        var text = KeyHash.NewKey();
        var key = new ApiKey
        {
            Id = ids.Next(),
            ClientId = client,
            Name = name,
            Hash = KeyHash.Of(text).ToBytes(),
            Prefix = KeyHash.VisiblePrefix(text),
            CreatedAt = clock.Now,
            ExpiresAt = expiresAt,
        };
        db.Add(key);
        await db.SaveChangesAsync(cancellation);
        return new(TypeId.Format(TypeId.Key, key.Id), text);
    }
}
