using Kyy.Bridge.Outcomes;
using Npgsql;

namespace Kyy.Bridge.Endpoints;

/// <summary>Whether transactions that write events and began before a replay are still under way.</summary>
/// <remarks>
/// They hold <see cref="EventWriting.Lock"/>. The time of another role's transaction may not be shown: that one is waited for, too. A
/// transaction in another database, or one that writes no events, holds nothing up.
/// </remarks>
internal static class ReplayWriters
{
    private const string Sql = """
        select exists (
            select 1
            from pg_locks l
            left join pg_stat_activity a on a.pid = l.pid
            where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
              and l.classid = ($1 >> 32)::oid and l.objid = ($1 & 4294967295)::oid and l.objsubid = 1
              and coalesce(a.xact_start <= $2, true))
        """;

    /// <param name="connection">With the transaction.</param>
    /// <param name="startedAt">When the replay began.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<bool> AreUnderWayAsync(NpgsqlConnection connection, DateTimeOffset startedAt, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { new() { Value = EventWriting.Lock }, new() { Value = startedAt.ToUniversalTime() } },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
