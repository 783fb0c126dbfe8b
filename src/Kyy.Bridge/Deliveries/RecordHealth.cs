using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Deliveries;

/// <summary>Writes what a batch of settlements says of the destinations: one update for each, the last statement of the settle.</summary>
/// <remarks>
/// After the deliveries and in id order. Whoever else locks a destination's row either holds no delivery's lock or waits for none.
/// The first slow-down is of a second, each further one twice as long as the one before, up to a minute. What was on the way when one
/// began is part of it: a slow-down begins only where none is on. A time that the receiver has asked for only lengthens it.
/// That an endpoint is gone stays written until something is accepted or the endpoint is enabled anew: it is not disabled here.
/// A destination that is well and stays so is written once a second at most, for the time of its last attempt, and else not even locked:
/// all batches of all replicas would queue for the row of a busy one. What failed meanwhile counts as later than what went well.
/// </remarks>
internal static class RecordHealth
{
    // One list behind a subselect: a planner that sees how short they are plans anew with each call, which takes ten times as long.
    private const string Sql = """
        with change as materialized (
            select * from unnest((select $1::integer[]), $2, $3, $4, $5, $6, $7, $8)
                c (destination, healed, failures, failing_since, last_attempt_at, last_failure, slowed, asked_until)
        ), well as materialized (
            select d.id
            from bridge.destinations d join change c on c.destination = d.id
            where c.healed and c.failures = 0 and d.consecutive_failures = 0 and d.failing_since is null and d.slow_steps = 0
              and d.slow_until is null and d.last_attempt_at > c.last_attempt_at - interval '1 second'
        ), locked as materialized (
            select d.id, c.*, d.last_attempt_at as attempted_before,
                   case when c.healed then 0 else d.consecutive_failures end as failures_before,
                   case when not c.healed then d.failing_since end as failing_before,
                   case when not c.healed and d.failing_since is not null and d.last_failure = '410' then '410' end as gone,
                   case when c.healed then 0 else d.slow_steps end as steps_before,
                   case when not c.healed then d.slow_until end as slow_before,
                   c.slowed and (c.healed or d.slow_until is null or d.slow_until <= now()) as begins
            from bridge.destinations d join change c on c.destination = d.id
            where d.id not in (select id from well)
            order by d.id
            for no key update of d
        ), written as (
            update bridge.destinations d
            set consecutive_failures = l.failures_before + l.failures,
                failing_since = coalesce(l.failing_before, l.failing_since),
                last_attempt_at = greatest(l.attempted_before, l.last_attempt_at),
                last_failure = coalesce(l.gone, l.last_failure, d.last_failure),
                slow_steps = least(l.steps_before + l.begins::integer, 30),
                slow_until = greatest(l.slow_before, l.asked_until,
                                      case when l.begins then now() + interval '1 second' * least(60, power(2, l.steps_before)) end)
            from locked l
            where d.id = l.id
            returning d.id, d.consecutive_failures, d.slow_steps, d.slow_until - now()
        )
        select * from written
        union all
        select id, 0, 0, null from well
        """;

    public static NpgsqlBatchCommand Command(IReadOnlyList<HealthChange> changes) => new(Sql)
    {
        Parameters =
        {
            Rows.Column(changes, c => c.Destination),
            Rows.Column(changes, c => c.Healed),
            Rows.Column(changes, c => c.Failures),
            Rows.Column(changes, c => c.FailingSince, NpgsqlDbType.TimestampTz),
            Rows.Column(changes, c => c.LastAttemptAt.ToUniversalTime(), NpgsqlDbType.TimestampTz),
            Rows.Column(changes, c => c.LastFailure),
            Rows.Column(changes, c => c.Slowed),
            Rows.Column(changes, c => c.AskedUntil, NpgsqlDbType.TimestampTz),
        },
    };

    /// <summary>How the destinations are now.</summary>
    public static async Task<List<(int Destination, DestinationHealth Health)>> ReadAsync(NpgsqlDataReader reader)
    {
        var known = new List<(int, DestinationHealth)>();
        while (await reader.ReadAsync())
            known.Add((reader.GetInt32(0), new(reader.GetInt32(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetTimeSpan(3))));
        return known;
    }
}
