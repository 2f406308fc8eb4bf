-- in:     combined.site; $without (list of site ids)
-- out:    what the matcher reads of every other site
-- grain:  one row a site, in the order of the ids
-- NULL:   as in combined.site
SELECT site_id, name, iso3, lon, lat, kind, commodities, location_accuracy, aliases
FROM combined.site
WHERE NOT list_contains($without::VARCHAR[], site_id)
ORDER BY site_id
