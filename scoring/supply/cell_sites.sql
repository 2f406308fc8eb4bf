-- in:  facts.site; $commodity; $kinds = kinds of site of the stage
-- out: site_id, name, iso3, kind, stage; grain: one site; those that run or are being built first. NULL: none
SELECT site_id, name, iso3, kind, stage
FROM facts.site
WHERE list_contains(commodities, $commodity) AND kind IN (SELECT unnest($kinds))
ORDER BY array_position(['operating', 'construction', 'feasibility', 'exploration'], stage) NULLS LAST, name, site_id
