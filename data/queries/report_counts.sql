-- out: what (kind | commodity | country | stage | source), name, sites
SELECT 'kind' AS what, kind AS name, count(*) AS sites FROM facts.site GROUP BY 2
UNION ALL SELECT 'commodity', c, count(*) FROM (SELECT unnest(commodities) AS c FROM facts.site) GROUP BY 2
UNION ALL SELECT 'country', iso3, count(*) FROM facts.site GROUP BY 2
UNION ALL SELECT 'stage', stage, count(*) FROM facts.site GROUP BY 2
UNION ALL SELECT 'source', c, count(*) FROM (SELECT unnest(source_ids) AS c FROM facts.site) GROUP BY 2
ORDER BY 1, 3 DESC, 2
