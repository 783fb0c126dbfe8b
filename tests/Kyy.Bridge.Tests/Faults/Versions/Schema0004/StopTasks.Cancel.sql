update bridge.deliveries
set state = 'cancelled', ended_at = now(), next_attempt_at = null, leased_until = null
where id in (select id from bridge.deliveries where task_id = any ($1) and state = 'pending' order by id for no key update)
  and state = 'pending'
