-- in:    nothing
-- out:   name, question, data_version, created_at (ISO), changed_at (ISO), sites, snapshots
-- grain: one row a shortlist, the last changed first
SELECT
    s.name, s.question, s.data_version, strftime(s.created_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') AS created_at,
    strftime(coalesce(c.last, s.created_at) AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') AS changed_at,
    coalesce(i.sites, 0) AS sites, coalesce(f.snapshots, 0) AS snapshots
FROM shortlist AS s
LEFT JOIN (SELECT shortlist, max(changed_at) AS last FROM shortlist_change GROUP BY 1) AS c ON c.shortlist = s.name
LEFT JOIN (SELECT shortlist, count(*) AS sites FROM shortlist_item GROUP BY 1) AS i ON i.shortlist = s.name
LEFT JOIN (SELECT shortlist, count(*) AS snapshots FROM snapshot GROUP BY 1) AS f ON f.shortlist = s.name
ORDER BY coalesce(c.last, s.created_at) DESC, s.name
