using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Polling;

/// <summary>A client's part of a lane with something due in sight, or a lane whose key is paused.</summary>
/// <param name="Id">The lane.</param>
/// <param name="Tier">The service tier of its tasks.</param>
/// <param name="Key">The upstream key of its tasks.</param>
/// <param name="Budget">The budget that the key has, as it is stored.</param>
/// <param name="IsFailing">Whether its last polls failed for reasons that are not their tasks'.</param>
/// <param name="Client">Whose tasks.</param>
/// <param name="Fresh">Whether those that were never asked about.</param>
/// <param name="DueIn">In how long the first of them is due; not above zero where one is due now.</param>
/// <param name="PausedFor">What is left of that budget's pause; not above zero where a probe is wanted; null where there is none.</param>
internal sealed record LaneDue(
    int Id, string Tier, Guid Key, int Budget, bool IsFailing, Guid Client, bool Fresh, TimeSpan DueIn, TimeSpan? PausedFor)
{
    /// <summary>Whether an operator held these tasks until less than a day ago.</summary>
    public bool WasHeld { get; init; }

    public ClaimTurn Turn => new(Id, Client, Fresh);

    /// <summary>Whether its key is paused, and the pause not over.</summary>
    public bool IsPaused => PausedFor > TimeSpan.Zero;
}

/// <summary>Which clients of a family's lanes have something due.</summary>
/// <remarks>
/// The recursion hops over index <c>slots_turns</c>, one probe for each client of a lane, however many slots there are. In a lane
/// whose key is paused it does not even begin, so that a backlog of any size costs the others nothing. What an operator holds is left out.
/// The list is hidden behind a subselect: a planner that sees it plans anew with each look, which takes ten times as long as the look.
/// </remarks>
internal static class LanesDue
{
    internal const string Sql = $"""
        select l.id, l.tier, l.upstream_key_id, b.id, l.failures > 0, d.client_id, d.fresh, d.next_due - coalesce($2, now()), p.paused_for,
               d.client_id is not null and {PollingHolds.JustReleased}
        from bridge.lanes l
        join bridge.upstream_keys k on k.id = l.upstream_key_id
        join bridge.upstream_budgets b on b.id = k.budget_id
        cross join lateral (select greatest(b.paused_until, b.probe_until) - coalesce($2, now()) as paused_for) p
        left join lateral (
            with recursive turns as (
                (select s.client_id, s.fresh, s.next_due
                 from bridge.slots s
                 where s.lane = l.id and (b.paused_until is null or p.paused_for <= interval '0')
                 order by s.client_id, s.fresh, s.next_due
                 limit 1)
                union all
                select n.client_id, n.fresh, n.next_due
                from turns t
                cross join lateral (
                    select s.client_id, s.fresh, s.next_due
                    from bridge.slots s
                    where s.lane = l.id and (s.client_id, s.fresh) > (t.client_id, t.fresh)
                    order by s.client_id, s.fresh, s.next_due
                    limit 1
                ) n
            )
            select * from turns
        ) d on true
        cross join lateral (select d.client_id as client, coalesce(k.base_url, $4) as url) who
        where case when (select $3::text[]) is null then l.family = $1 else l.family <> all ((select $3)::text[]) end
          and case when d.client_id is null then p.paused_for > interval '0' else not {PollingHolds.Held} end
        """;

    /// <param name="dataSource">The database.</param>
    /// <param name="family">Whose lanes.</param>
    /// <param name="others">
    /// Null, or the families whose lanes these are not: the default family has what nobody else has, so that a family which only
    /// another version knows is polled at the default cadence rather than by nobody.
    /// </param>
    /// <param name="operatorsUrl">The base URL of the operator's key, which is not stored.</param>
    /// <param name="now">The time, in tests; PostgreSQL's by default.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<List<LaneDue>> ReadAsync(
        NpgsqlDataSource dataSource, string family, string[]? others, string operatorsUrl, DateTimeOffset? now, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = family });
        command.Parameters.Add(Rows.Time(now));
        command.Parameters.Add(new() { Value = (object?)others ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = operatorsUrl });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lanes = new List<LaneDue>();
        while (await reader.ReadAsync(cancellation)) lanes.Add(Read(reader));
        return lanes;
    }

    private static LaneDue Read(NpgsqlDataReader row)
    {
        TimeSpan? pausedFor = row.IsDBNull(8) ? null : row.GetTimeSpan(8);
        var isLookedAt = !row.IsDBNull(5);
        return new(
            row.GetInt32(0), row.GetString(1), row.GetGuid(2), row.GetInt32(3), row.GetBoolean(4),
            isLookedAt ? row.GetGuid(5) : Guid.Empty, isLookedAt && row.GetBoolean(6),
            isLookedAt ? row.GetTimeSpan(7) : pausedFor ?? TimeSpan.Zero, pausedFor)
        {
            WasHeld = row.GetBoolean(9),
        };
    }
}
