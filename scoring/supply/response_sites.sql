-- in:     $commodity (empty: all), $kinds (list), $cut (list of ISO3); combined.site, combined.claim, combined.gate, facts.country
-- out:    site_id, name, iso3, kind, stage, bloc ('' unknown), owners ('pass' | 'fail' | 'unknown': the gate of covered nations), allied (of a US, Japanese
--         or partner country that is not cut, and no owner of a covered nation is known), value (t/y), low, high, planned, product (words of the
--         source on what the tonnes are of; a capacity_t_y for a compound is of metal already), by_weight (the commodity, or a derivative product, is counted by the weight of what
--         is sold, not of metal in it), source_id, url, as_of, attribute, commodity
-- grain:  one row a claim of an output of a commodity, of sites of these kinds
-- NULL:   low, high: no range stated
-- ref:    capacity of works that stand, and planned output. Claims of weak pages and those that were read by machine are left out
SELECT
    s.site_id, s.name, s.iso3, s.kind, s.stage, coalesce(k.bloc, '') AS bloc, coalesce(g.verdict, 'unknown') AS owners,
    coalesce(k.bloc IN ('us', 'japan', 'partner'), false) AND NOT list_contains($cut::VARCHAR[], s.iso3) AND coalesce(g.verdict, 'unknown') <> 'fail' AS allied,
    c.value, c.low, c.high, c.attribute = 'planned_output_t_y' OR c.method = 'estimated' AS planned,
    concat_ws(' ', nullif(c.text, ''), nullif(c.scope, '')) AS product,
    s.kind = 'derivative' OR NOT regexp_matches(m.world_production_basis, 'contained|recoverable|refined|primary|refinery|equivalent|taken at| in |^$') AS by_weight,
    c.source_id, c.url, c.as_of, c.attribute, c.commodity
FROM combined.claim AS c
JOIN combined.site AS s USING (site_id)
JOIN facts.commodity AS m ON m.commodity_id = c.commodity
LEFT JOIN facts.country AS k ON k.iso3 = s.iso3
LEFT JOIN combined.gate AS g ON g.site_id = s.site_id AND g.gate = 'covered_nation'
WHERE c.attribute IN ('capacity_t_y', 'planned_output_t_y') AND ($commodity = '' OR c.commodity = $commodity) AND c.value > 0
  AND c.method NOT IN ('unconfirmed', 'machine-read', 'inferred') AND list_contains($kinds::VARCHAR[], s.kind)
ORDER BY c.commodity, s.site_id, c.as_of, c.attribute, c.value, c.url
