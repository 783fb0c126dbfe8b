update bridge.events set payload = '' where task_id = any ($1) and payload <> ''
