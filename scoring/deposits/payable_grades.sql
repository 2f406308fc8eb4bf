-- in:     combined.claim (chosen grades), facts.commodity; $site_id
-- out:    commodity, value, unit, basis, source_id, as_of
-- grain:  one row a commodity that the site has a chosen grade for
-- units:  value in unit (%, ppm or g/t) of basis (Cu, TiO2, TREO ...), by mass of ore
-- NULL:   none; a commodity without a chosen grade has no row (unknown, not zero)
-- ref:    docs/data.md, which claim is scored
SELECT c.commodity, c.value, k.grade_unit AS unit, k.grade_basis AS basis, c.source_id, c.as_of
FROM combined.claim AS c
JOIN facts.commodity AS k ON k.commodity_id = c.commodity
WHERE c.site_id = $site_id AND c.attribute = 'grade' AND c.chosen AND c.value IS NOT NULL
ORDER BY c.commodity
