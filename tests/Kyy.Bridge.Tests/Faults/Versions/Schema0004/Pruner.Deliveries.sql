delete from bridge.deliveries
where ctid = any (array(
    select ctid from bridge.deliveries
    where created_at < now() - $1 and state <> 'pending' and ended_at < now() - $1
    order by created_at
    limit $2
    for update skip locked))
