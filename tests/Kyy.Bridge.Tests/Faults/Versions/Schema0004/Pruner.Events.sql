with gone as (
    delete from bridge.events
    where ctid = any (array(
        select e.ctid from bridge.events e
        where e.created_at < now() - $1
          and not exists (select 1 from bridge.deliveries d where d.event_id = e.id and d.state = 'pending')
        order by e.created_at
        limit $2
        for update skip locked))
    returning xid, id
), last as (
    select xid, id from gone order by xid desc, id desc limit 1
), noted as (
    update bridge.feed_state state
    set removed_xid = last.xid, removed_id = last.id
    from last
    where state.removed_xid is null or (state.removed_xid, state.removed_id) < (last.xid, last.id)
)
select count(*) from gone
