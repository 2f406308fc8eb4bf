-- in:    $shortlist, $action, $rows: JSON list of {place (from 1), at (ISO time), site_id, before, after (JSON as text, or NULL)}
-- out:   nothing; what is written at once has one batch, the number of its first row
-- grain: one row a change; numbers go on from the highest there is, since there is one writer
WITH rows AS (
    SELECT unnest(from_json($rows::JSON,
        '[{"place": "INTEGER", "at": "VARCHAR", "site_id": "VARCHAR", "before": "VARCHAR", "after": "VARCHAR"}]'
    )) AS each
),
last AS (SELECT coalesce(greatest(max(number), max(batch)), 0) AS number FROM shortlist_change)
INSERT INTO shortlist_change (number, batch, shortlist, changed_at, action, site_id, before, after, undone)
SELECT last.number + each.place, last.number + 1, $shortlist, each.at::TIMESTAMPTZ, $action, each.site_id, each.before::JSON, each.after::JSON, false
FROM rows CROSS JOIN last
