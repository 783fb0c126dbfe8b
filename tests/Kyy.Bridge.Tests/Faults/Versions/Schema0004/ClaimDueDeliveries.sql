with open as materialized (
    select ep.url, coalesce(ep.host, d.host) as host
    from bridge.destinations d left join bridge.endpoints ep on ep.id = d.endpoint_id
    where d.id = $1 and coalesce(d.slow_until <= now(), true) and (d.endpoint_id is null or (ep.status = 'enabled' and ep.deleted_at is null)) and not exists (
    select 1 from bridge.holds h
    where h.what = 'deliveries' and (h.client_id is null or h.client_id = d.client_id)
      and (h.host is null or h.host in (coalesce(ep.host, d.host), regexp_replace(coalesce(ep.host, d.host), ':[0-9]+$', ''))))
), first as materialized (
    select ctid from bridge.deliveries
    where destination = $1 and state = 'pending' and attempts = 0 and next_attempt_at <= now() and exists (select 1 from open)
    order by next_attempt_at
    limit $2
    for update skip locked
), oldest as materialized (
    select ctid from bridge.deliveries
    where destination = $1 and state = 'pending' and next_attempt_at <= now() and exists (select 1 from open)
      and ctid <> all (array(select ctid from first))
    order by next_attempt_at
    limit $3
    for update skip locked
), due as materialized (
    select ctid from first
    union all
    (select ctid from oldest limit $4 - (select count(*) from first))
), given_up as (
    update bridge.deliveries d
    set state = 'dead', ended_at = now(), next_attempt_at = null, leased_until = null, dead_reason = 'worker_lost'
    where d.ctid = any (array(select ctid from due)) and d.unsettled >= $6
    returning d.id, d.attempts
), lost as (
    insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, error)
    select id, attempts, now(), 0, 'worker_lost' from given_up
    on conflict (delivery_id, number) do nothing
), claimed as (
    update bridge.deliveries d
    set leased_until = now() + $5, next_attempt_at = now() + $5, claim = d.claim + 1, attempts = d.attempts + 1,
        unsettled = d.unsettled + 1
    where d.ctid = any (array(select ctid from due)) and d.unsettled < $6
    returning d.id, d.event_id, d.client_id, d.callback_id, d.destination, d.url, d.claim, d.attempts, d.endpoint_id,
              d.schedule_from
)
select c.id, c.event_id, e.type, c.client_id, c.callback_id, c.destination, coalesce(o.url, c.url), e.payload,
       e.link_expires_at, c.claim, c.attempts, c.endpoint_id, o.host, c.schedule_from
from claimed c
cross join open o
cross join lateral (select type, payload, link_expires_at from bridge.events where id = c.event_id offset 0) e
