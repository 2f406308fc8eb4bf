-- in:     combined.claim; $claim = attribute name
-- out:    site_id, commodity '', value = low = high in the claim's unit, source_id, as_of, target, reference_group, reference_n
-- grain:  one row a site
-- NULL:   none; no claim, no row (unknown)
SELECT
    site_id, '' AS commodity, value, coalesce(low, value) AS low, coalesce(high, value) AS high, source_id, as_of,
    '' AS target, '' AS reference_group, NULL::INTEGER AS reference_n
FROM combined.claim
WHERE attribute = $claim AND chosen AND value IS NOT NULL
