-- in:  $site_id, $told (JSON), $at, $owner
-- out: the milestones of the site are these
INSERT INTO own_milestone (site_id, told, changed_at, owner) VALUES ($site_id, $told, $at, $owner)
ON CONFLICT (site_id) DO UPDATE SET told = excluded.told, changed_at = excluded.changed_at, owner = excluded.owner
