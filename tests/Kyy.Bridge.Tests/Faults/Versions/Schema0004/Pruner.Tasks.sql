with ended as materialized (
    select t.ctid, t.id from bridge.tasks t
    where t.ended_at < now() - $1
      and not exists (select 1 from bridge.deliveries d where d.task_id = t.id and d.state = 'pending')
    order by t.ended_at
    limit $2
    for update skip locked
), gone as (
    select e.xid, e.id from bridge.events e join ended on ended.id = e.task_id
), last as (
    select xid, id from gone order by xid desc, id desc limit 1
), noted as (
    update bridge.feed_state state
    set removed_xid = last.xid, removed_id = last.id
    from last
    where state.removed_xid is null or (state.removed_xid, state.removed_id) < (last.xid, last.id)
), deleted as (
    delete from bridge.tasks where ctid = any (array(select ctid from ended)) returning 1
)
select count(*) from deleted
