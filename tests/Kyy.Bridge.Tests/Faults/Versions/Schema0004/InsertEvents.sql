with made as (
    insert into bridge.events (id, client_id, task_id, type, created_at, payload, link_expires_at)
    select e.id, t.client_id, t.id, e.type, e.created_at, e.payload, e.link_expires_at
    from unnest($1, $2, $3, $4, $5, $6) e (id, task_id, type, payload, link_expires_at, created_at)
    join bridge.tasks t on t.id = e.task_id and t.batch = $7
    where $8 or exists (
        select 1 from bridge.task_callbacks c
        where c.task_id = t.id and e.type = any (c.events) and c.disabled_at is null)
    or exists (
        select 1 from bridge.endpoints ep
        where ep.client_id = t.client_id and ep.deleted_at is null and ep.status = 'enabled' and e.type = any (ep.events)
          and (ep.families is null or coalesce(t.family, 'default') = any (ep.families)))
    on conflict (id) do nothing
    returning id, client_id, task_id, type
), told as materialized (
    select m.id, m.client_id, m.task_id, m.type, l.*
    from made m
    join bridge.tasks t on t.id = m.task_id
    cross join lateral (
        select coalesce(array_agg(ep.id), '{}') as endpoints, coalesce(array_agg(ep.url), '{}') as urls,
               array_agg(d.id) as destinations, array_agg(ep.status = 'enabled') as enabled,
               array_agg(ep.rate_limit_per_second is null and d.consecutive_failures = 0
                         and coalesce(d.slow_until <= now(), true)) as calm
        from bridge.endpoints ep
        join bridge.destinations d on d.endpoint_id = ep.id
        where ep.client_id = m.client_id and ep.deleted_at is null and m.type = any (ep.events) and (ep.families is null or coalesce(t.family, 'default') = any (ep.families))
    ) l
), wanted as (
    select t.id as event_id, t.client_id, t.task_id, ep.id as callback_id, ep.id as endpoint_id, ep.destination, ep.url,
           ep.calm and ep.enabled as calm
    from told t
    cross join lateral unnest(t.endpoints, t.urls, t.destinations, t.enabled, t.calm) ep (id, url, destination, enabled, calm)
    where ep.enabled or exists (
        select 1 from bridge.task_callbacks c
        where c.task_id = t.task_id and c.url = ep.url and t.type = any (c.events) and c.disabled_at is null)
    union all
    select t.id, t.client_id, t.task_id, c.id, null, c.destination, c.url,
           d.consecutive_failures = 0 and coalesce(d.slow_until <= now(), true)
    from told t
    join bridge.task_callbacks c on c.task_id = t.task_id and t.type = any (c.events) and c.disabled_at is null
    join bridge.destinations d on d.id = c.destination
    where c.url <> all (t.urls)
), turns as (
    select *, calm and row_number() over (partition by calm) <= $9
              and not exists (select 1 from bridge.holds where what = 'deliveries') as leased,
           row_number() over () as number
    from wanted
), sent as (
    insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, endpoint_id, destination, url, created_at,
                                   next_attempt_at, leased_until, claim, attempts, unsettled)
    select coalesce(($11::uuid[])[number], bridge.new_id()), event_id, client_id, task_id, callback_id, endpoint_id, destination,
           url, now(), case when leased then now() + $10 else now() end, case when leased then now() + $10 end,
           leased::integer, leased::integer, leased::integer
    from turns
    returning id, event_id, client_id, callback_id, endpoint_id, destination, url, leased_until is not null as leased
)
select s.id, s.event_id, s.client_id, s.callback_id, s.destination, s.url, coalesce(ep.host, d.host), s.endpoint_id, s.leased
from sent s
join bridge.destinations d on d.id = s.destination
left join bridge.endpoints ep on ep.id = s.endpoint_id
