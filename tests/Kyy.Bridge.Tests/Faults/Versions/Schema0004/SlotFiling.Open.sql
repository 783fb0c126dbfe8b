insert into bridge.slots (lane, client_id, next_due) select lane, client_id, now() from unnest($1, $2) n (lane, client_id)
returning id, lane, client_id
