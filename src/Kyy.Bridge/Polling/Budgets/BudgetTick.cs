using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Polling.Budgets;

/// <summary>Says that this worker is alive, and reads how many are and what is stored of every budget. Every second, one round trip.</summary>
internal static class BudgetTick
{
    /// <summary>Who has not been heard of for this long has no part of any budget.</summary>
    public static readonly TimeSpan AliveFor = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    private const string HeartbeatSql = """
        insert into bridge.replicas (id, started_at, seen_at) values ($1, now(), now())
        on conflict (id) do update set seen_at = now()
        """;

    private const string ForgetSql = "delete from bridge.replicas where seen_at < now() - $1";

    private const string AliveSql = "select count(*) from bridge.replicas where seen_at > now() - $1";

    private const string BudgetsSql = """
        select id, greatest(paused_until, probe_until) - now(), pace, ceiling, now() - pace_at, now() - reopened_at
        from bridge.upstream_budgets
        """;

    private const string LeaveSql = "delete from bridge.replicas where id = $1";

    public static async Task<(int Replicas, List<BudgetRow> Budgets)> RunAsync(NpgsqlDataSource dataSource, Guid replica, CancellationToken cancellation)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(HeartbeatSql) { Parameters = { new() { Value = replica } } });
        batch.BatchCommands.Add(new(ForgetSql) { Parameters = { new() { Value = KeptFor, NpgsqlDbType = NpgsqlDbType.Interval } } });
        batch.BatchCommands.Add(new(AliveSql) { Parameters = { new() { Value = AliveFor, NpgsqlDbType = NpgsqlDbType.Interval } } });
        batch.BatchCommands.Add(new(BudgetsSql));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var replicas = (int)reader.GetInt64(0);
        await reader.NextResultAsync(cancellation);
        var budgets = new List<BudgetRow>();
        while (await reader.ReadAsync(cancellation))
        {
            budgets.Add(new(
                reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetTimeSpan(1), new(reader.GetDouble(2), reader.GetDouble(3)),
                reader.GetTimeSpan(4), reader.IsDBNull(5) ? null : reader.GetTimeSpan(5)));
        }

        return (replicas, budgets);
    }

    public static async Task LeaveAsync(NpgsqlDataSource dataSource, Guid replica, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(LeaveSql);
        command.Parameters.Add(new() { Value = replica });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>A budget as it is stored, with durations as of the reading.</summary>
internal readonly record struct BudgetRow(int Id, TimeSpan? PausedFor, Pace Pace, TimeSpan SinceThrottled, TimeSpan? SinceReopened);
