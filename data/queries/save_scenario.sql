-- in: $scenario_id, $name, $definition (JSON text), $data_version, $at
INSERT INTO scenario VALUES ($scenario_id, $name, $definition, $data_version, $at)
ON CONFLICT (scenario_id) DO UPDATE SET name = excluded.name
