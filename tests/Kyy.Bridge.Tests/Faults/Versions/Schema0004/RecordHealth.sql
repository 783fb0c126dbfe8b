with change as materialized (
    select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
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
