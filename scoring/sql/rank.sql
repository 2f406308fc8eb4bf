-- in:     scored(site_id, score, ...), facts.site, facts.gate; filters: NULL means no filter
--         $commodity_any (list), $kinds, $stages, $countries, $accuracy (lists), $min_coverage (0..1), $gates_failed (bool), $text,
--         $inside (list of site ids in the area of interest)
-- out:    the sites that pass the filters, with rank 1..n
-- grain:  one row a site
-- order:  gate fails last, then score descending at 12 decimals (the last bits of a sum depend on the order of its parts), then site_id
WITH failed AS (
    SELECT site_id, bool_or(verdict = 'fail') AS gate_failed FROM facts.gate GROUP BY site_id
),
kept AS (
    SELECT s.*, d.score, d.score_low, d.score_high, d.coverage, d.known, d.contributions, coalesce(f.gate_failed, false) AS gate_failed
    FROM facts.site AS s
    JOIN scored AS d USING (site_id)
    LEFT JOIN failed AS f USING (site_id)
    WHERE ($commodity_any::VARCHAR[] IS NULL OR list_has_any(s.commodities, $commodity_any::VARCHAR[]))
      AND ($kinds::VARCHAR[] IS NULL OR list_contains($kinds::VARCHAR[], s.kind))
      AND ($stages::VARCHAR[] IS NULL OR list_contains($stages::VARCHAR[], s.stage))
      AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], s.iso3))
      AND ($accuracy::VARCHAR[] IS NULL OR list_contains($accuracy::VARCHAR[], s.location_accuracy))
      AND d.coverage >= $min_coverage
      AND ($gates_failed OR NOT coalesce(f.gate_failed, false))
      AND ($text = '' OR contains(lower(strip_accents(s.name || ' ' || array_to_string(s.aliases, ' '))), lower(strip_accents($text))))
      AND ($inside::VARCHAR[] IS NULL OR s.site_id IN (SELECT unnest($inside::VARCHAR[])))
)
SELECT
    site_id, name, iso3, kind, commodities, lon, lat, stage, deposit_type, location_accuracy, gate_failed,
    score, score_low, score_high, coverage, known, contributions,
    row_number() OVER (ORDER BY gate_failed, round(score, 12) DESC, site_id) AS rank
FROM kept
ORDER BY rank
