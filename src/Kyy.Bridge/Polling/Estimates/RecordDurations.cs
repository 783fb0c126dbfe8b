using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Polling.Estimates;

/// <summary>Adds observed durations to the histograms, in one round trip however many there are.</summary>
/// <remarks>
/// Whoever writes holds a lock of the application's own until the end of the batch's transaction. So no two writers meet in a row, and none
/// makes one more row than there may be: the second statement counts with a snapshot taken after the lock is held.
/// </remarks>
internal static class RecordDurations
{
    /// <summary>Rows at most, since the names of models come from outside. Further models are not learned.</summary>
    public const int MostRows = 200;

    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('bridge.model_durations', 0))";

    private const string Sql = """
        with seen as materialized (
            select * from unnest($1, $2, $3, $4) s (model, tier, bucket, weight)
        ), totals as (
            select s.model, s.tier, round(sum(s.weight))::bigint as observed, d.model is not null as known,
                   row_number() over (partition by d.model is null order by s.model, s.tier) as place
            from seen s
            left join bridge.model_durations d on d.model = s.model and d.tier = s.tier
            group by s.model, s.tier, d.model
        )
        insert into bridge.model_durations as d (model, tier, buckets, observed, updated_at)
        select t.model, t.tier,
               array(select coalesce(sum(s.weight), 0)
                     from generate_series(0, $5 - 1) b
                     left join seen s on s.bucket = b and s.model = t.model and s.tier = t.tier
                     group by b order by b),
               t.observed, now()
        from totals t
        where t.known or t.place + (select count(*) from bridge.model_durations) <= $6
        on conflict (model, tier) do update
        set buckets = array(select (coalesce(d.buckets[b], 0) + excluded.buckets[b])
                                   * case when d.observed + excluded.observed >= $7 then 0.5 else 1 end
                            from generate_series(1, $5) b order by b),
            observed = (d.observed + excluded.observed) / case when d.observed + excluded.observed >= $7 then 2 else 1 end,
            updated_at = excluded.updated_at
        """;

    /// <summary>Adds observations whose models are named as <see cref="LearnedEstimates.NameOf"/> has them.</summary>
    public static async Task WriteAsync(NpgsqlDataSource dataSource, IEnumerable<ObservedDuration> observations)
    {
        var weights = observations
            .SelectMany(seen => DurationHistogram.Spread(seen.From, seen.To)
                .Select(part => (seen.Model, seen.Tier, part.Bucket, part.Weight)))
            .GroupBy(part => (part.Model, part.Tier, part.Bucket), part => part.Weight)
            .Select(same => (same.Key.Model, same.Key.Tier, same.Key.Bucket, Weight: same.Sum()))
            .ToArray();
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(LockSql));
        batch.BatchCommands.Add(new(Sql)
        {
            Parameters =
            {
                Rows.Column(weights, part => part.Model),
                Rows.Column(weights, part => part.Tier),
                Rows.Column(weights, part => part.Bucket),
                Rows.Column(weights, part => part.Weight),
                new() { Value = DurationHistogram.Buckets },
                new() { Value = MostRows },
                new() { Value = DurationHistogram.Full },
            },
        });
        await batch.ExecuteNonQueryAsync();
    }
}
