-- in:    $shortlist, $site_id: NULL means all
-- out:   number, batch, shortlist, changed_at (ISO), action, site_id, before, after (JSON text or NULL), undone
-- grain: one row a change, the newest first
SELECT
    number, batch, shortlist, strftime(changed_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') AS changed_at, action, site_id, before, after, undone
FROM shortlist_change
WHERE ($shortlist::VARCHAR IS NULL OR shortlist = $shortlist) AND ($site_id::VARCHAR IS NULL OR site_id = $site_id)
ORDER BY number DESC
