update bridge.delivery_attempts set response_body = null
where delivery_id in (select id from bridge.deliveries where task_id = any ($1)) and response_body is not null
