update bridge.tasks
set metadata = null, video_urls = '{}', video_url_expires_at = null, error_message = null, last_failure_detail = null,
    erased_at = coalesce(erased_at, now())
where id = any ($1)
