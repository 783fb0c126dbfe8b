insert into bridge.task_callbacks (id, task_id, url, destination, events, created_at)
select n.id, n.task_id, n.url, n.destination, case when n.events is null then $5 else array(select jsonb_array_elements_text(n.events)) end, now()
from unnest($1, $2, $3, $4, $6) n (id, task_id, url, destination, events)
