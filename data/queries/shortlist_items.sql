-- in:    $shortlist; $site_ids: NULL means all
-- out:   site_id, note, tags (JSON list), status, owner, due, added_at (ISO)
-- grain: one row a site, in the order in which they were added
SELECT site_id, note, tags, status, owner, due, strftime(added_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') AS added_at
FROM shortlist_item
WHERE shortlist = $shortlist AND ($site_ids::VARCHAR[] IS NULL OR list_contains($site_ids::VARCHAR[], site_id))
ORDER BY shortlist_item.added_at, site_id
