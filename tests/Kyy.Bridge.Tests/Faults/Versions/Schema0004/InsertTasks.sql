insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family, family_given, service_tier, service_tier_given,
                          reference, metadata, deadline_seconds, registered_at, deadline_at, transitions, slot_id, next_poll_at)
select n.id, n.client_id, n.upstream_key_id, n.task_id, n.family, n.family is not null,
       coalesce(n.service_tier, 'default'), n.service_tier is not null,
       n.reference, n.metadata, n.deadline_seconds, now(), now() + n.deadline, n.transitions, n.slot_id, now()
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    n (id, client_id, upstream_key_id, task_id, family, service_tier, reference, metadata, deadline_seconds, deadline,
       transitions, slot_id)
on conflict (client_id, upstream_key_id, task_id) where superseded_at is null do nothing
returning id
