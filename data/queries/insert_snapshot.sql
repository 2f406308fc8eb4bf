-- in:  a value a column of snapshot
-- out: the snapshot, unless it is there
-- NULL: none
INSERT INTO snapshot
VALUES ($id, $name, $label, $frozen_at, $data_version, $scenario_hash, $payload)
ON CONFLICT DO NOTHING
