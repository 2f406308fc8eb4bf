-- in:     combined.site, facts.country
-- out:    site_id, commodity '', value = low = high (class 0..3), source_id, as_of, target = bloc, reference_group, reference_n
-- grain:  one row a site
-- NULL:   none; a country without a row gives none (unknown)
-- ref:    data/curated/partner_frameworks.csv and covered_nations.csv
SELECT
    s.site_id, '' AS commodity,
    CASE c.bloc WHEN 'us' THEN 3 WHEN 'japan' THEN 3 WHEN 'partner' THEN 2 WHEN 'neutral' THEN 1 ELSE 0 END::DOUBLE AS value,
    value AS low, value AS high, 'orebridge_frameworks' AS source_id, '2026-11-22' AS as_of, c.bloc AS target,
    '' AS reference_group, c.frameworks AS reference_n
FROM combined.site AS s
JOIN facts.country AS c USING (iso3)
