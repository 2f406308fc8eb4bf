-- in:     combined.claim, combined.site; $site_id
-- out:    commodity, place: the commodities with a chosen grade, in the order of the site's own list
-- grain:  one row a commodity
-- NULL:   place: the site's list does not name it
SELECT DISTINCT c.commodity, list_position(s.commodities, c.commodity) AS place
FROM combined.claim AS c
JOIN combined.site AS s USING (site_id)
WHERE c.site_id = $site_id AND c.attribute = 'grade' AND c.chosen
ORDER BY place NULLS LAST, c.commodity
