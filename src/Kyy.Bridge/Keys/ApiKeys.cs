using System.Security.Cryptography;
using Kyy.Bridge.Http;
using Npgsql;

namespace Kyy.Bridge.Keys;

/// <summary>Finds out whose key a key is. Answers are kept for less than the 5 s within which a revocation has to be effective.</summary>
internal sealed class ApiKeys
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(3), Patience = TimeSpan.FromSeconds(1.4);
    private const int Capacity = 10_000, LongestKey = 512;

    // By api_keys_hash. Expiry is PostgreSQL's to judge: a replica's own clock may be off.
    private const string Sql = """
        select k.id, k.client_id
          from bridge.api_keys k
          left join bridge.clients c on c.id = k.client_id
         where k.hash = $1
           and k.revoked_at is null
           and (k.expires_at is null or k.expires_at > now())
           and c.deleted_at is null
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly KeyUse _use;
    private readonly TimeProvider _time;
    private readonly byte[]? _bootstrap;
    private readonly BriefCache<KeyHash, Caller?> _callers;

    /// <param name="dataSource">Where the hashes are.</param>
    /// <param name="time">What the age of an answer is measured by.</param>
    /// <param name="use">What is told of each use.</param>
    /// <param name="bootstrap">The hash of the admin key that is configured rather than stored; null without one.</param>
    public ApiKeys(NpgsqlDataSource dataSource, TimeProvider time, KeyUse use, KeyHash? bootstrap)
    {
        (_dataSource, _time, _use) = (dataSource, time, use);
        _bootstrap = bootstrap?.ToBytes();
        _callers = new(Life, Capacity, time, LookUpAsync);
    }

    /// <summary>Whose key it is; null for one that is unknown, expired or revoked alike.</summary>
    public Task<Caller?> FindAsync(string key) =>
        key.Length > LongestKey ? Task.FromResult<Caller?>(null) : FindAsync(KeyHash.Of(key));

    /// <summary>Whether the caller's key is still good: streams and waits ask now and then, since they outlive the first look.</summary>
    public async Task<bool> StillHoldsAsync(Caller caller) => await FindAsync(caller.Key) is not null;

    /// <summary>Looks every key up anew: after a revocation here, which is then effective at once.</summary>
    public void Forget() => _callers.Clear();

    /// <summary>Likewise, by what is kept of a key.</summary>
    /// <remarks>
    /// The time that a look-up takes tells nothing: what is compared is the SHA-256 of the key, and nobody can choose keys whose hashes
    /// come nearer to a stored one step by step. The one key that is compared here is compared in constant time all the same.
    /// </remarks>
    public async Task<Caller?> FindAsync(KeyHash hash)
    {
        if (_bootstrap is not null && CryptographicOperations.FixedTimeEquals(_bootstrap, hash.ToBytes()))
            return new(Caller.Bootstrap, null, hash);
        var looking = _callers.GetAsync(hash);
        // Of the five seconds within which an outage shows most are the handler's.
        if ((looking.IsCompleted ? await looking : await looking.WaitAsync(Patience, _time)) is not { } caller) return null;
        _use.Note(caller.KeyId);
        return caller;
    }

    // Without a cancellation: the requests that share the look-up are not to fail with the one that began it.
    private async Task<Caller?> LookUpAsync(KeyHash hash)
    {
        await using var command = _dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = hash.ToBytes() });
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync()) return null;
        return new(reader.GetGuid(0), await reader.IsDBNullAsync(1) ? null : reader.GetGuid(1), hash);
    }
}
