with locked as materialized (
    select id from bridge.tasks where id = any ($1) and ended_at is null order by id for no key update
)
update bridge.tasks t
set status = o.status, family = o.family, model = coalesce(o.model, t.model),
    upstream_created_at = coalesce(o.upstream_created_at, t.upstream_created_at),
    video_urls = o.video_urls::text[], video_url_expires_at = o.video_url_expires_at,
    actual_duration = o.actual_duration, error_code = o.error_code, error_message = o.error_message,
    warnings = o.warnings::text[],
    ended_at = o.ended_at, next_poll_at = null, slot_id = null, consecutive_failures = 0, batch = $13
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    o (id, status, family, model, upstream_created_at, video_urls, video_url_expires_at, actual_duration,
       error_code, error_message, warnings, ended_at)
where t.id = o.id and t.id in (select id from locked)
