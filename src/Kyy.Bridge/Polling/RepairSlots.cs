using Kyy.Bridge.Scheduling;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>
/// Recomputes the slots. Nothing is known that makes it necessary; it is the safety net that turns any fault of the filing,
/// ours or of whoever edits the tables by hand, into a few minutes of lateness instead of a task that is never asked about.
/// </summary>
internal sealed partial class RepairSlots(NpgsqlDataSource dataSource, ILogger<RepairSlots> logger) : IRecurringWork
{
    // Slots that would come due after their earliest task. Later ones are the claims' own business.
    private const string EarlierSql = """
        update bridge.slots s set next_due = late.first
        from (
            select t.slot_id, min(t.next_poll_at) as first
            from bridge.tasks t where t.slot_id is not null group by t.slot_id
        ) late
        where s.id = late.slot_id and s.next_due > late.first
        """;

    // Tasks whose slot is gone get a new one in their lane.
    private const string MissingSql = """
        with homeless as materialized (
            select t.id, t.client_id, l.id as lane
            from bridge.tasks t
            join bridge.lanes l on l.upstream_key_id = t.upstream_key_id and l.tier = t.service_tier
                               and l.family = coalesce(t.family, 'default')
            where t.slot_id is not null and not exists (select 1 from bridge.slots s where s.id = t.slot_id)
            order by t.id
            limit 500
            for no key update of t skip locked
        ), opened as (
            insert into bridge.slots (lane, client_id, next_due)
            select distinct lane, client_id, now() from homeless
            returning id, lane, client_id
        )
        update bridge.tasks t set slot_id = o.id
        from homeless h join opened o on o.lane = h.lane and o.client_id = h.client_id
        where t.id = h.id
        """;

    private const int LongestSeconds = 300;

    public string Name => "repair-slots";

    public TimeSpan Cadence { get; } = TimeSpan.FromMinutes(10);

    public WakeSignal Wake { get; } = new();

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        var repaired = await ExecuteAsync(EarlierSql, cancellation) + await ExecuteAsync(MissingSql, cancellation);
        if (repaired > 0) LogRepaired(logger, repaired);
        return new(repaired);
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { Timeout = LongestSeconds };
        // It reads every task in flight: more than the few seconds that a statement may usually take. The pool takes the setting back.
        batch.BatchCommands.Add(new($"set statement_timeout = '{LongestSeconds}s'"));
        batch.BatchCommands.Add(new(sql));
        await batch.ExecuteNonQueryAsync(cancellation);
        return (int)batch.BatchCommands[1].RecordsAffected;
    }

    [LoggerMessage(1310, LogLevel.Warning, "{Count} slots or tasks were filed wrongly and have been repaired")]
    private static partial void LogRepaired(ILogger logger, int count);
}
