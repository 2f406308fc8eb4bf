-- out: commodities with their names and groups, in the order of their names; sites = how many sites list it
SELECT k.*, coalesce(n.sites, 0) AS sites
FROM facts.commodity AS k
LEFT JOIN (
    SELECT commodity_id, count(*) AS sites FROM (SELECT unnest(commodities) AS commodity_id FROM combined.site) GROUP BY 1
) AS n USING (commodity_id)
ORDER BY commodity_id
