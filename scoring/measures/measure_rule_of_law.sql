-- in:     combined.site, facts.country (rule_of_law)
-- out:    site_id, commodity '', value = low = high (World Bank WGI, -2.5 to 2.5), source_id, as_of, target = ISO 3166-1 alpha-3 of the country,
--         reference_group, reference_n
-- grain:  one row a site
-- NULL:   none; a country without an estimate gives no row (unknown)
-- ref:    World Bank, Worldwide Governance Indicators 2023: rule of law, which covers contracts, property rights and courts
SELECT
    s.site_id, '' AS commodity, c.rule_of_law AS value, value AS low, value AS high, 'wgi' AS source_id, '2023' AS as_of, c.iso3 AS target,
    '' AS reference_group, NULL::INTEGER AS reference_n
FROM combined.site AS s
JOIN facts.country AS c USING (iso3)
WHERE c.rule_of_law IS NOT NULL
