using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>A client that registers tasks, and the upstream keys that it can name.</summary>
/// <param name="Id">The client.</param>
/// <param name="MayUseOperatorKey">Whether <c>default</c> is the operator's key as long as the client has none of that name.</param>
/// <param name="Keys">The client's own keys by name.</param>
internal sealed record Registrant(Guid Id, bool MayUseOperatorKey, IReadOnlyDictionary<string, Guid> Keys)
{
    // One round trip for both. Never from a cache: a key that was set a moment ago, by another process, is the one that is meant.
    // Index upstream_keys_name.
    private const string Sql = """
        select c.may_use_operator_key, k.name, k.id
        from bridge.clients c
        left join bridge.upstream_keys k
          on coalesce(k.client_id, '00000000-0000-0000-0000-000000000000') = c.id and k.ciphertext is not null
        where c.id = $1
        """;

    public static async Task<Registrant> ReadAsync(NpgsqlDataSource dataSource, Guid client, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = client });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (mayUseOperatorKey, keys) = (false, new Dictionary<string, Guid>());
        while (await reader.ReadAsync(cancellation))
        {
            mayUseOperatorKey = reader.GetBoolean(0);
            if (!reader.IsDBNull(1)) keys.Add(reader.GetString(1), reader.GetGuid(2));
        }

        return new(client, mayUseOperatorKey, keys);
    }
}
