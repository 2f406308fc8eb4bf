-- in:     $kinds (list), $stages (list: stages of a site that a switch can count); combined.site, combined.gate, facts.country
-- out:    site_id, commodity, kind, stage
-- grain:  one row a site and commodity, of sites in the US, Japan or a partner country of which no owner of a covered nation is known
-- NULL:   none; sites whose stage no source states are left out
SELECT s.site_id, c.commodity, s.kind, s.stage
FROM combined.site AS s
CROSS JOIN unnest(s.commodities) AS c (commodity)
JOIN facts.country AS k ON k.iso3 = s.iso3 AND k.bloc IN ('us', 'japan', 'partner')
LEFT JOIN combined.gate AS g ON g.site_id = s.site_id AND g.gate = 'covered_nation'
WHERE list_contains($kinds::VARCHAR[], s.kind) AND list_contains($stages::VARCHAR[], s.stage) AND coalesce(g.verdict, 'unknown') <> 'fail'
ORDER BY s.site_id, c.commodity
