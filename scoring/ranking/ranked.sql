-- in:     scored(s); passing(s); s: the terms of scored.sql, the filters of passing.sql, min_coverage (0..1)
-- out:    the sites that pass the filters, with rank 1..n
-- grain:  one row a site
-- order:  gate fails last, then score descending at 12 decimals (the last bits of a sum depend on the order of its parts), then site_id
CREATE OR REPLACE MACRO ranked(s) AS TABLE
SELECT
    site_id, name, iso3, kind, commodities, lon, lat, stage, deposit_type, location_accuracy, gate_failed,
    score, score_low, score_high, coverage, known, contributions,
    row_number() OVER (ORDER BY gate_failed, round(score, 12) DESC, site_id) AS rank
FROM passing(s)
JOIN scored(s) USING (site_id)
WHERE coverage >= s['min_coverage']
