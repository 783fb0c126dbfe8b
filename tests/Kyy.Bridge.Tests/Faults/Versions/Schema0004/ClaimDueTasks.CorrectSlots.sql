with corrected as materialized (
    select s.id, m.first, m.fresh
    from bridge.slots s
    cross join lateral (
        select min(t.next_poll_at) as first, bool_or(t.polls = 0) as fresh from bridge.tasks t where t.slot_id = s.id
    ) m
    where s.id = any ($1)
), emptied as (
    delete from bridge.slots s using corrected c where s.id = c.id and c.first is null
)
update bridge.slots s set next_due = c.first, fresh = c.fresh from corrected c where s.id = c.id and c.first is not null
