with recursive pending as (
    (select destination, next_attempt_at from bridge.deliveries where state = 'pending' order by destination, next_attempt_at limit 1)
    union all
    select later.destination, later.next_attempt_at
    from pending p
    cross join lateral (
        select d.destination, d.next_attempt_at from bridge.deliveries d
        where d.state = 'pending' and d.destination > p.destination
        order by d.destination, d.next_attempt_at limit 1
    ) later
)
select p.destination, o.client_id, o.host, greatest(p.next_attempt_at, o.slow_until, o.rate_next_at) - now() as due_in, o.is_open,
       o.consecutive_failures, o.slow_steps, o.slow_until - now(), o.rate_limit_per_second
from pending p
cross join lateral (
    select d.client_id, coalesce(ep.host, d.host) as host, d.slow_until, d.consecutive_failures, d.slow_steps,
           case when ep.rate_limit_per_second is not null then d.rate_next_at end as rate_next_at, ep.rate_limit_per_second,
           (d.endpoint_id is null or (ep.status = 'enabled' and ep.deleted_at is null)) and not exists (
    select 1 from bridge.holds h
    where h.what = 'deliveries' and (h.client_id is null or h.client_id = d.client_id)
      and (h.host is null or h.host in (coalesce(ep.host, d.host), regexp_replace(coalesce(ep.host, d.host), ':[0-9]+$', '')))) as is_open
    from bridge.destinations d left join bridge.endpoints ep on ep.id = d.endpoint_id
    where d.id = p.destination
    offset 0
) o
order by due_in
