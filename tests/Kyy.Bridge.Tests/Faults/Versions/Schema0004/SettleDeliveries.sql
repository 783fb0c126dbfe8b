with settled as materialized (
    select * from unnest($1, $2, $3, $4, $5, $6) s (id, claim, state, wait, reason, attempted)
), locked as materialized (
    select d.id from bridge.deliveries d join settled s on s.id = d.id
    where d.claim = s.claim and d.state = 'pending' order by d.id for no key update of d
)
update bridge.deliveries d
set state = s.state, next_attempt_at = case when s.state = 'pending' then now() + greatest(s.wait, interval '0') end,
    leased_until = null, unsettled = 0, attempts = d.attempts - (not s.attempted)::integer,
    ended_at = case when s.state <> 'pending' then now() end, dead_reason = s.reason
from settled s
where d.id = s.id and d.claim = s.claim and d.id in (select id from locked)
