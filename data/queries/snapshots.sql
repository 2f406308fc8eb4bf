-- in:    $shortlist
-- out:   snapshot_id, label, frozen_at (ISO), data_version, scenario_hash
-- grain: one row a snapshot, the newest first
SELECT snapshot_id, label, strftime(frozen_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') AS frozen_at, data_version, scenario_hash
FROM snapshot WHERE shortlist = $shortlist ORDER BY snapshot.frozen_at DESC, snapshot_id
