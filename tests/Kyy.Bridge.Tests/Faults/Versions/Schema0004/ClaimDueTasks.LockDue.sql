with due as materialized (
    select id from bridge.slots
    where ctid = any (array(
        select ctid from bridge.slots
        where lane = $1 and client_id = $5 and fresh = $6 and next_due <= coalesce($4, now())
        order by next_due
        limit $2
        for update skip locked))
), locked as materialized (
    select t.ctid
    from bridge.tasks t
    where t.slot_id = any (array(select id from due)) and t.next_poll_at <= coalesce($4, now())
    order by t.next_poll_at
    limit $3
    for no key update of t skip locked
)
select t.slot_id, t.id, t.task_id, t.upstream_key_id, t.family, t.family_given, t.service_tier, t.model, t.status,
       t.transitions, t.not_found, t.url_missing, t.consecutive_failures, t.upstream_created_at, t.last_polled_at,
       coalesce($4, now()) - least(t.registered_at, greatest(
           coalesce(t.upstream_created_at, t.registered_at), t.registered_at - interval '2 days')),
       coalesce($4, now()) - t.registered_at,
       t.deadline_at - coalesce($4, now()), t.polls, t.client_id,
       t.consecutive_failures > 0 and coalesce(t.last_failure_kind, '') = 'forbidden',
       coalesce($4, now()) - t.last_polled_at, coalesce($4, now()) - t.next_poll_at
from bridge.tasks t
where t.ctid = any (array(select ctid from locked))
union all
select id, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
       null, null
from due
