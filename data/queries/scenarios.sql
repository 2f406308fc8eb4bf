-- out: saved scenarios, newest first; created_at as text with its time zone
SELECT scenario_id, name, definition, data_version, created_at::VARCHAR AS created_at FROM scenario ORDER BY created_at DESC, scenario_id
