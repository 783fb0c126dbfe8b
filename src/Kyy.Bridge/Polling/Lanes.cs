using System.Collections.Concurrent;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Polling;

/// <summary>The lanes' numbers, which never change once they are made, and what went wrong for a lane as a whole.</summary>
internal sealed class Lanes(NpgsqlDataSource dataSource)
{
    private const string FindSql = """
        with made as (
            insert into bridge.lanes (upstream_key_id, family, tier) values ($1, $2, $3)
            on conflict (upstream_key_id, family, tier) do nothing
            returning id
        )
        select id from made
        union all
        select id from bridge.lanes where upstream_key_id = $1 and family = $2 and tier = $3
        """;

    // Added up over the round, so that an outage with a million tasks writes one row a batch.
    private const string ReportSql = """
        update bridge.lanes l
        set failures = case when r.starts_anew then r.failures else l.failures + r.failures end,
            last_failure_at = case when r.kind is null then l.last_failure_at else r.at end,
            last_failure_kind = coalesce(r.kind, l.last_failure_kind),
            last_failure_status = case when r.kind is null then l.last_failure_status else r.status end,
            last_failure_detail = case when r.kind is null then l.last_failure_detail else r.detail end
        from unnest($1, $2, $3, $4, $5, $6, $7) r (id, failures, starts_anew, kind, status, at, detail)
        where l.id = r.id
        """;

    private readonly ConcurrentDictionary<(Guid Key, string Family, string Tier), int> _known = [];

    /// <summary>The lane of an upstream key, a family and a tier; it is made where there is none yet.</summary>
    /// <param name="upstreamKey">The key.</param>
    /// <param name="family">The family; null, while it is not known, is polled as the default one.</param>
    /// <param name="tier">The service tier.</param>
    /// <param name="cancellation">Gives up.</param>
    public async ValueTask<int> FindAsync(Guid upstreamKey, string? family, string tier, CancellationToken cancellation)
    {
        var name = (upstreamKey, family ?? Families.Default, tier);
        if (_known.TryGetValue(name, out var known)) return known;

        // A second round sees what another process made between the two halves of the first.
        for (var round = 0; ; round++)
        {
            await using var command = dataSource.CreateCommand(FindSql);
            command.Parameters.Add(new() { Value = name.upstreamKey });
            command.Parameters.Add(new() { Value = name.Item2 });
            command.Parameters.Add(new() { Value = name.tier });
            if (await command.ExecuteScalarAsync(cancellation) is int id) return _known[name] = id;
            if (round > 0) throw new InvalidOperationException($"The lane of family {family} can be neither made nor found.");
        }
    }

    /// <summary>Writes what a round of polls came to for whole lanes: failures added up, or the end of a row of them.</summary>
    public async Task ReportAsync(IReadOnlyList<LaneReport> reports)
    {
        LaneReport[] byLane = [.. reports.GroupBy(report => report.Lane).OrderBy(lane => lane.Key).Select(Sum)];
        await using var command = dataSource.CreateCommand(ReportSql);
        command.Parameters.Add(Rows.Column(byLane, r => r.Lane));
        command.Parameters.Add(Rows.Column(byLane, r => r.Failures));
        command.Parameters.Add(Rows.Column(byLane, r => r.StartsAnew));
        command.Parameters.Add(Rows.Column(byLane, r => r.Trouble?.Kind));
        command.Parameters.Add(Rows.Column(byLane, r => r.Trouble?.StatusCode, NpgsqlDbType.Integer));
        command.Parameters.Add(Rows.Column(byLane, r => r.At, NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Rows.Column(byLane, r => r.Trouble?.Detail));
        await command.ExecuteNonQueryAsync();
    }

    private static LaneReport Sum(IEnumerable<LaneReport> reports) => reports.Aggregate((sum, next) =>
        next.StartsAnew ? next : next with { Failures = sum.Failures + next.Failures, StartsAnew = sum.StartsAnew });
}

/// <summary>What some polls came to for a lane as a whole.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Failures">How many failed in a row; zero ends the row.</param>
/// <param name="Trouble">The last failure; null with zero.</param>
/// <param name="At">When, by the database's clock.</param>
internal sealed record LaneReport(int Lane, int Failures, TaskTrouble? Trouble, DateTimeOffset At)
{
    /// <summary>Whether the failures of earlier rounds are over: something went well before these.</summary>
    public bool StartsAnew { get; init; } = Failures == 0;
}
