with locked as materialized (
    select id from bridge.tasks where id = any ($1) and ended_at is null order by id for no key update
)
update bridge.tasks t
set status = case when array_position(array['registered', 'queued', 'processing'], r.status)
                     > array_position(array['registered', 'queued', 'processing'], t.status)
                  then r.status else t.status end,
    queued_at = case when r.status = 'queued' and t.status = 'registered' then r.read_at else t.queued_at end,
    processing_at = case when r.status = 'processing' and t.status <> 'processing' then r.read_at else t.processing_at end,
    family = coalesce(r.family, t.family), model = coalesce(r.model, t.model),
    upstream_created_at = coalesce(r.upstream_created_at, t.upstream_created_at),
    not_found = r.not_found, url_missing = r.url_missing, consecutive_failures = r.consecutive_failures,
    last_failure_kind = coalesce(r.failure_kind, t.last_failure_kind),
    last_failure_at = case when r.failure_kind is null then t.last_failure_at else r.read_at end,
    last_failure_status = case when r.failure_kind is null then t.last_failure_status else r.failure_status end,
    last_failure_detail = case when r.failure_kind is null then t.last_failure_detail else r.failure_detail end,
    batch = $13
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    r (id, status, family, model, upstream_created_at, not_found, url_missing, consecutive_failures,
       failure_kind, failure_status, failure_detail, read_at)
where t.id = r.id and t.id in (select id from locked)
