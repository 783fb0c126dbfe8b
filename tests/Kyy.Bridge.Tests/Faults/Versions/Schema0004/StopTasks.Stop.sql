with locked as materialized (
    select id, ended_at is null as alive
    from bridge.tasks
    where id = any ($1) and ($2 is null or client_id = $2)
    order by id
    for no key update
), stopped as (
    update bridge.tasks t
    set status = case when l.alive then 'stopped' else t.status end, ended_at = coalesce(t.ended_at, now()), next_poll_at = null,
        slot_id = null, refresh_due_at = null, refresh_requested_at = null, refresh_tries = 0
    from locked l
    where t.id = l.id and (l.alive or t.refresh_due_at is not null)
)
select id, alive from locked
