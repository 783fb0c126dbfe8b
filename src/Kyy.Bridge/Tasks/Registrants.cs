using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>
/// Reads clients that register tasks. Never from a cache: a key that was set a moment ago, by another process, is the one that is meant.
/// Instead, those who ask while a query is under way share the next one.
/// </summary>
internal sealed class Registrants : IAsyncDisposable
{
    private const int LargestRead = 500;

    // One round trip for all of them and their keys. Index upstream_keys_name.
    private const string Sql = """
        select c.id, c.may_use_operator_key, k.name, k.id
        from bridge.clients c
        left join bridge.upstream_keys k
          on coalesce(k.client_id, '00000000-0000-0000-0000-000000000000') = c.id and k.ciphertext is not null
        where c.id = any ($1)
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly Batcher<Wanted> _reads;

    public Registrants(NpgsqlDataSource dataSource) => (_dataSource, _reads) = (dataSource, new(LargestRead, ReadAsync));

    /// <summary>A client, as it is at the moment or later.</summary>
    public async Task<Registrant> ReadAsync(Guid client, CancellationToken cancellation)
    {
        var wanted = new Wanted(client);
        await _reads.AddAsync(wanted, cancellation);
        return wanted.Found!;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _reads.DisposeAsync();

    private async Task ReadAsync(IReadOnlyList<Wanted> wanted)
    {
        var clients = new Dictionary<Guid, (bool MayUseOperatorKey, Dictionary<string, Guid> Keys)>();
        foreach (var one in wanted) clients[one.Client] = (false, []);
        await using var command = _dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = clients.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (client, keys) = (reader.GetGuid(0), clients[reader.GetGuid(0)].Keys);
            clients[client] = (reader.GetBoolean(1), keys);
            if (!reader.IsDBNull(2)) keys.Add(reader.GetString(2), reader.GetGuid(3));
        }

        foreach (var one in wanted) one.Found = new(one.Client, clients[one.Client].MayUseOperatorKey, clients[one.Client].Keys);
    }

    private sealed class Wanted(Guid client)
    {
        public Guid Client => client;

        public Registrant? Found { get; set; }
    }
}
