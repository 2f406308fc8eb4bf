-- in:     passing($s), $s = filters (`pipeline.filters`); $site_ids: sites asked for
-- out:    site_id, sites: those of them that pass, with how many sites pass
-- grain:  one row a site
-- note:   counted beside, not by a window: `count(*) OVER ()` ended once in an internal error of DuckDB 1.5.5, which takes the database with it
WITH listed AS MATERIALIZED (SELECT site_id FROM passing($s))
SELECT site_id, (SELECT count(*) FROM listed) AS sites
FROM listed
WHERE list_contains($site_ids::VARCHAR[], site_id)
ORDER BY site_id
