-- in:  $site_id, $told (JSON), $at
-- out: the milestones of the site are these
INSERT INTO own_milestone VALUES ($site_id, $told, $at)
ON CONFLICT (site_id) DO UPDATE SET told = excluded.told, changed_at = excluded.changed_at
