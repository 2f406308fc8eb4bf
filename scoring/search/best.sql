-- in:     found_names (site_id, kind, label, how), combined.site, combined.project; $kinds, $ways (lists, the best first), $most
-- out:    site_id, name, iso3, stage, kind, label, way
-- grain:  one row a site, with the name of it that matches best
-- order:  how the name matches, then what it is of, projects before other sites, short names before long ones
SELECT s.site_id, s.name, s.iso3, s.stage, f.kind, f.label, f.how AS way
FROM (
    SELECT DISTINCT ON (site_id) *
    FROM found_names
    ORDER BY site_id, list_position($ways, how), list_position($kinds, kind), length(label), label
) AS f
JOIN combined.site AS s USING (site_id)
LEFT JOIN combined.project AS p USING (site_id)
ORDER BY
    list_position($ways, f.how), list_position($kinds, f.kind), p.site_id IS NULL, s.record_count DESC, length(s.name), s.site_id
LIMIT $most
