using Npgsql;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>Keeps upstream keys from being removed until the transaction that registers tasks with them has ended.</summary>
internal static class UpstreamKeyHold
{
    private const string Sql = """
        select id from bridge.upstream_keys where id = any ($1) and ciphertext is not null order by id for key share
        """;

    /// <summary>Which of the keys are there. The operator's is not asked about: it is never removed, and most tasks have it.</summary>
    public static async Task<HashSet<Guid>> TakeAsync(NpgsqlConnection connection, IEnumerable<Guid> keys, CancellationToken cancellation)
    {
        var held = new HashSet<Guid> { UpstreamKey.Operator };
        Guid[] own = [.. keys.Distinct().Where(key => key != UpstreamKey.Operator)];
        if (own.Length == 0) return held;

        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = own } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) held.Add(reader.GetGuid(0));
        return held;
    }
}
