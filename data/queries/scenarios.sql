-- out: saved scenarios, newest first
SELECT scenario_id, name, definition, data_version, created_at FROM scenario ORDER BY created_at DESC, scenario_id
