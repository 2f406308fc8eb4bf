-- in:     passing($s), $s = filters (`pipeline.filters`); $site_ids: sites asked for
-- out:    site_id, sites: those of them that pass, with how many sites pass
-- grain:  one row a site
SELECT site_id, sites
FROM (SELECT site_id, count(*) OVER () AS sites FROM passing($s))
WHERE site_id IN (SELECT unnest($site_ids::VARCHAR[]))
ORDER BY site_id
