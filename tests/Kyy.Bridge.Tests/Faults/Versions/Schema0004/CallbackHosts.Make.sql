insert into bridge.destinations (client_id, host)
select client_id, host from unnest($1, $2) n (client_id, host)
where not exists (select 1 from bridge.destinations d where d.client_id = n.client_id and d.host = n.host)
order by client_id, host
on conflict (client_id, host) do nothing
