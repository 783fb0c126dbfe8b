insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, status_code, error, response_body)
select s.* from unnest($1, $2, $3, $4, $5, $6, $7) s (id, number, started_at, duration_ms, status_code, error, response_body)
where exists (select 1 from bridge.deliveries d where d.id = s.id offset 0)
on conflict (delivery_id, number) do nothing
