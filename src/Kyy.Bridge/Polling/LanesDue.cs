using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Polling;

/// <summary>A lane that has tasks in flight, and in how long the first of them is due; not above zero where one is due now.</summary>
internal sealed record LaneDue(int Id, Guid UpstreamKey, string Tier, TimeSpan DueIn);

/// <summary>Which of a family's lanes have something due, the longest overdue first. One probe of <c>slots_due</c> per lane.</summary>
internal static class LanesDue
{
    private const string Sql = """
        select l.id, l.upstream_key_id, l.tier, s.next_due - coalesce($2, now())
        from bridge.lanes l
        cross join lateral (
            select next_due from bridge.slots where lane = l.id order by next_due limit 1
        ) s
        where l.family = $1
        order by s.next_due
        """;

    public static async Task<List<LaneDue>> ReadAsync(
        NpgsqlDataSource dataSource, string family, DateTimeOffset? now, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = family });
        command.Parameters.Add(new() { Value = (object?)now ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lanes = new List<LaneDue>();
        while (await reader.ReadAsync(cancellation))
            lanes.Add(new(reader.GetInt32(0), reader.GetGuid(1), reader.GetString(2), reader.GetTimeSpan(3)));
        return lanes;
    }
}
