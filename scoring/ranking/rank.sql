-- in:     scored(site_id, score, ...); passing = passing.sql; $min_coverage (0..1)
-- out:    the sites that pass the filters, with rank 1..n
-- grain:  one row a site
-- order:  gate fails last, then score descending at 12 decimals (the last bits of a sum depend on the order of its parts), then site_id
SELECT
    site_id, name, iso3, kind, commodities, lon, lat, stage, deposit_type, location_accuracy, gate_failed,
    score, score_low, score_high, coverage, known, contributions,
    row_number() OVER (ORDER BY gate_failed, round(score, 12) DESC, site_id) AS rank
FROM passing
JOIN scored USING (site_id)
WHERE coverage >= $min_coverage
ORDER BY rank
