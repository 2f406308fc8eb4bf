-- in:     commodity_families(), passing($s); $s = filters without a commodity of interest (`pipeline.filters`)
-- out:    commodity_id, sites: how many sites the list would have with that commodity of interest, completeness apart
-- grain:  one row a commodity that a site has
SELECT family.commodity_id, count(DISTINCT listed.site_id) AS sites
FROM commodity_families() AS family
JOIN (SELECT site_id, unnest(counts_for) AS member FROM passing($s)) AS listed USING (member)
GROUP BY 1
ORDER BY 2 DESC, 1
