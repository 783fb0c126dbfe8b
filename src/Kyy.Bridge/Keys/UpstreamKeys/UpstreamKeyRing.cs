using System.Collections.Frozen;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>
/// The keys that the upstream can be asked with, in clear only here: the operator's from configuration, the clients' from the database.
/// A worker refreshes it every second, so that a key which is set or removed anywhere is so here shortly after.
/// </summary>
internal sealed partial class UpstreamKeyRing(
    NpgsqlDataSource dataSource, UpstreamKeyProtection protection, OperatorUpstreamKey ofOperator, ILogger<UpstreamKeyRing> logger)
{
    // One row whatever the number of keys: as long as it says the same, nothing was set, changed or removed.
    private const string MarkSql = """
        select count(*), coalesce(bit_xor(hashtextextended(concat_ws(' ', id, budget_id, extract(epoch from set_at)), 0)), 0)
        from bridge.upstream_keys
        where ciphertext is not null
        """;

    private const string RowsSql = """
        select id, client_id, name, base_url, ciphertext, budget_id, max_requests_per_second, set_at
        from bridge.upstream_keys
        where ciphertext is not null and budget_id is not null
        """;

    private KnownUpstreamKey? _operator;
    private Snapshot _snapshot = Snapshot.Empty;
    private volatile FrozenDictionary<Guid, KnownUpstreamKey> _known = FrozenDictionary<Guid, KnownUpstreamKey>.Empty;

    /// <summary>All that are known.</summary>
    public IReadOnlyCollection<KnownUpstreamKey> All => _known.Values;

    /// <summary>Whether there is any key to ask with.</summary>
    public bool Any => _known.Count > 0;

    /// <summary>A key; null for one that is not, or not yet, known, or cannot be decrypted.</summary>
    public KnownUpstreamKey? Find(Guid id) => _known.GetValueOrDefault(id);

    /// <summary>
    /// Reads what was set or removed since the last time; the first time also brings the operator's key to its budget. Runs that overlap
    /// are harmless: what an older one leaves is seen to be old by the next.
    /// </summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var isFirst = _operator is null && (_operator = await ofOperator.EnterAsync(cancellation)) is not null;
        var before = _snapshot;
        var mark = await MarkAsync(cancellation);
        if (mark == before.Mark && !isFirst) return;

        var rows = mark == before.Mark ? before.Rows : await RowsAsync(before.Rows, cancellation);
        _snapshot = new(mark, rows);
        _known = rows.Values.Select(row => row.Key).Append(_operator).OfType<KnownUpstreamKey>().ToFrozenDictionary(key => key.Id);
    }

    private async Task<Mark> MarkAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(MarkSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetInt64(0), reader.GetInt64(1));
    }

    private async Task<Dictionary<Guid, Row>> RowsAsync(Dictionary<Guid, Row> before, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(RowsSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new Dictionary<Guid, Row>();
        while (await reader.ReadAsync(cancellation))
        {
            var (id, budget, setAt) = (reader.GetGuid(0), reader.GetInt32(5), reader.GetFieldValue<DateTimeOffset>(7));
            rows[id] = before.TryGetValue(id, out var known) && (known.Budget, known.SetAt) == (budget, setAt)
                ? known
                : new(budget, setAt, Read(reader, id, budget));
        }

        return rows;
    }

    private KnownUpstreamKey? Read(NpgsqlDataReader reader, Guid id, int budget)
    {
        var (client, name) = (reader.GetGuid(1), reader.GetString(2));
        if (protection.Reveal(client, id, reader.GetString(3), reader.GetFieldValue<byte[]>(4)) is { } target)
            return new(id, client, name, target, budget, reader.IsDBNull(6) ? null : reader.GetInt32(6));

        LogUnreadable(logger, name, TypeId.Format(TypeId.Client, client));
        return null;
    }

    [LoggerMessage(1711, LogLevel.Error, "The upstream key {Name} of {Client} cannot be decrypted: its tasks wait until it is set again")]
    private static partial void LogUnreadable(ILogger logger, string name, string client);

    private readonly record struct Mark(long Keys, long Hash);

    private sealed record Row(int Budget, DateTimeOffset SetAt, KnownUpstreamKey? Key);

    private sealed record Snapshot(Mark Mark, Dictionary<Guid, Row> Rows)
    {
        public static readonly Snapshot Empty = new(default, []);
    }
}
