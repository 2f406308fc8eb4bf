-- in:    $shortlist, $action, $rows: JSON list of {place (from 1), at (ISO time), site_id, before, after (JSON as text, or NULL)}
-- out:   nothing; what is written at once has one batch, the number of its first row
-- grain: one row a change; numbers rise with the place
WITH rows AS (
    SELECT unnest(from_json($rows::JSON,
        '[{"place": "INTEGER", "at": "VARCHAR", "site_id": "VARCHAR", "before": "VARCHAR", "after": "VARCHAR"}]'
    )) AS each
),
numbers AS (SELECT list_sort(list(nextval('shortlist_change_number'))) AS number FROM rows)
INSERT INTO shortlist_change (number, batch, shortlist, changed_at, action, site_id, before, after, undone)
SELECT number[each.place], number[1], $shortlist, each.at::TIMESTAMPTZ, $action, each.site_id, each.before::JSON, each.after::JSON, false
FROM rows CROSS JOIN numbers
