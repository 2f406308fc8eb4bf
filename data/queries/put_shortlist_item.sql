-- in: $shortlist, $site_id, $note, $tags, $status, $owner, $due, $at   a site that is there keeps the time of its addition
INSERT INTO shortlist_item (shortlist, site_id, note, added_at, tags, status, owner, due)
VALUES ($shortlist, $site_id, $note, $at, $tags, $status, $owner, $due)
ON CONFLICT (shortlist, site_id) DO UPDATE
SET note = excluded.note, tags = excluded.tags, status = excluded.status, owner = excluded.owner, due = excluded.due
