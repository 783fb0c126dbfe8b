update bridge.tasks t
set next_poll_at = coalesce($3, now()) + c.interval, last_polled_at = coalesce($3, now()), polls = t.polls + 1
from unnest($1, $2) c (id, interval)
where t.id = c.id
