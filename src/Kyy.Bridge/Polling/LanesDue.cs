using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Polling;

/// <summary>A lane that has tasks in flight.</summary>
/// <param name="Id">The lane.</param>
/// <param name="Tier">The service tier of its tasks.</param>
/// <param name="IsFailing">Whether its last polls failed for reasons that are not their tasks'.</param>
/// <param name="DueIn">In how long the first of its tasks is due; not above zero where one is due now.</param>
internal sealed record LaneDue(int Id, string Tier, bool IsFailing, TimeSpan DueIn);

/// <summary>Which of a family's lanes have something due, the longest overdue first. One probe of <c>slots_due</c> per lane.</summary>
internal static class LanesDue
{
    internal const string Sql = """
        select l.id, l.tier, l.failures > 0, s.next_due - coalesce($2, now())
        from bridge.lanes l
        cross join lateral (
            select next_due from bridge.slots where lane = l.id order by next_due limit 1
        ) s
        where case when $3::text[] is null then l.family = $1 else l.family <> all ($3) end
        order by s.next_due
        """;

    /// <param name="dataSource">The database.</param>
    /// <param name="family">Whose lanes.</param>
    /// <param name="others">
    /// Null, or the families whose lanes these are not: the default family has what nobody else has, so that a family which only
    /// another version knows is polled at the default cadence rather than by nobody.
    /// </param>
    /// <param name="now">The time, in tests; PostgreSQL's by default.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<List<LaneDue>> ReadAsync(
        NpgsqlDataSource dataSource, string family, string[]? others, DateTimeOffset? now, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = family });
        command.Parameters.Add(Rows.Time(now));
        command.Parameters.Add(new() { Value = (object?)others ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lanes = new List<LaneDue>();
        while (await reader.ReadAsync(cancellation))
            lanes.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetBoolean(2), reader.GetTimeSpan(3)));
        return lanes;
    }
}
