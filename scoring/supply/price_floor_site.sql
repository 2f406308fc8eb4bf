-- in:     $site_id, $commodity; combined.site, combined.gate, facts.country
-- out:    the columns of response_sites.sql, without an output: value 0, planned true, no page
-- grain:  one row for the site
-- NULL:   low, high
SELECT
    s.site_id, s.name, s.iso3, s.kind, s.stage, coalesce(k.bloc, '') AS bloc, coalesce(g.verdict, 'unknown') AS owners,
    coalesce(k.bloc IN ('us', 'japan', 'partner'), false) AND coalesce(g.verdict, 'unknown') <> 'fail' AS allied, 0.0 AS value,
    NULL::DOUBLE AS low, NULL::DOUBLE AS high, true AS planned, $commodity::VARCHAR AS product, false AS by_weight, '' AS source_id, '' AS url, '' AS as_of
FROM combined.site AS s
LEFT JOIN facts.country AS k ON k.iso3 = s.iso3
LEFT JOIN combined.gate AS g ON g.site_id = s.site_id AND g.gate = 'covered_nation'
WHERE s.site_id = $site_id
