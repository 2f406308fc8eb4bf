-- in:    $shortlist, $rows: JSON list of {site_id, note, tags (list), status, owner, due, added_at (ISO text)}
-- grain: one row a site; one that is there keeps the time of its addition
INSERT INTO shortlist_item (shortlist, site_id, note, added_at, tags, status, owner, due)
SELECT $shortlist, each.site_id, each.note, each.added_at::TIMESTAMPTZ, each.tags, each.status, each.owner, each.due
FROM (
    SELECT unnest(from_json($rows::JSON,
        '[{"site_id": "VARCHAR", "note": "VARCHAR", "added_at": "VARCHAR", "tags": "JSON", "status": "VARCHAR", "owner": "VARCHAR", "due": "VARCHAR"}]'
    )) AS each
)
ON CONFLICT (shortlist, site_id) DO UPDATE
SET note = excluded.note, tags = excluded.tags, status = excluded.status, owner = excluded.owner, due = excluded.due
