using System.Collections.Concurrent;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>A client's host that bare callbacks go to.</summary>
internal readonly record struct CallbackHost(Guid Client, string Host);

/// <summary>
/// The destinations of clients' hosts. Their numbers never change and are never removed once they are made, so that they are asked for
/// once, outside of any transaction: a number that comes to nothing must not be remembered.
/// </summary>
internal sealed class CallbackHosts(NpgsqlDataSource dataSource)
{
    private const int Capacity = 100_000;

    private const string MakeSql = """
        insert into bridge.destinations (client_id, host)
        select client_id, host from unnest($1, $2) n (client_id, host)
        where not exists (select 1 from bridge.destinations d where d.client_id = n.client_id and d.host = n.host)
        order by client_id, host
        on conflict (client_id, host) do nothing
        """;

    // A statement of its own: a row that another transaction inserts meanwhile is seen only by a later one.
    private const string FindSql = """
        select d.client_id, d.host, d.id
        from unnest($1, $2) n (client_id, host) join bridge.destinations d on d.client_id = n.client_id and d.host = n.host
        """;

    private readonly ConcurrentDictionary<CallbackHost, int> _known = new();

    /// <summary>The destination of each host.</summary>
    public async ValueTask<IReadOnlyDictionary<CallbackHost, int>> FindAsync(IEnumerable<CallbackHost> hosts, CancellationToken cancellation)
    {
        var found = new Dictionary<CallbackHost, int>();
        List<CallbackHost>? missing = null;
        foreach (var host in hosts)
        {
            if (found.ContainsKey(host)) continue;
            if (_known.TryGetValue(host, out var known)) found[host] = known;
            else if (found.TryAdd(host, 0)) (missing ??= []).Add(host);
        }

        if (missing is not null) await MakeAsync(missing, found, cancellation);
        return found;
    }

    private async Task MakeAsync(List<CallbackHost> missing, Dictionary<CallbackHost, int> found, CancellationToken cancellation)
    {
        if (_known.Count >= Capacity) _known.Clear();
        await using var batch = dataSource.CreateBatch();
        foreach (var sql in new[] { MakeSql, FindSql })
            batch.BatchCommands.Add(new(sql) { Parameters = { Rows.Column(missing, one => one.Client), Rows.Column(missing, one => one.Host) } });
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var host = new CallbackHost(reader.GetGuid(0), reader.GetString(1));
            _known[host] = found[host] = reader.GetInt32(2);
        }
    }
}
