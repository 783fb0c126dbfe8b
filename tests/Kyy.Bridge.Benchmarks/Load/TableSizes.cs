using Npgsql;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>How large the tables are, and how late the service is, by the database.</summary>
internal static class TableSizes
{
    private const string SizesSql = """
        select relname, pg_total_relation_size(relid), n_dead_tup from pg_stat_user_tables
        where schemaname = 'bridge' and relname in ('tasks', 'slots', 'task_callbacks', 'events', 'deliveries', 'delivery_attempts')
        """;

    // From the end of a task to the end of its delivery, of those that ended just now.
    private const string WaitSql = """
        select percentile_disc(0.95) within group (order by d.ended_at - d.created_at) from bridge.deliveries d
        where d.created_at > now() - interval '10 seconds' and d.ended_at is not null
        """;

    /// <summary>Bytes of each table with its indexes, and all dead tuples together.</summary>
    public static async Task<(Dictionary<string, long> Bytes, long Dead)> ReadAsync(NpgsqlDataSource database, CancellationToken stopping)
    {
        await using var command = database.CreateCommand(SizesSql);
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var (bytes, dead) = (new Dictionary<string, long>(), 0L);
        while (await reader.ReadAsync(stopping))
        {
            bytes[reader.GetString(0)] = reader.GetInt64(1);
            dead += reader.GetInt64(2);
        }

        return (bytes, dead);
    }

    /// <summary>The 95th percentile from a delivery's creation to its end; null where there was none.</summary>
    public static async Task<TimeSpan?> WaitAsync(NpgsqlDataSource database, CancellationToken stopping)
    {
        await using var command = database.CreateCommand(WaitSql);
        return await command.ExecuteScalarAsync(stopping) as TimeSpan?;
    }
}
