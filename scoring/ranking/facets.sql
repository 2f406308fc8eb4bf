-- in:     scored(site_id, coverage), combined.site, combined.gate; the filters of rank.sql
-- out:    facet, value, sites: how many sites would be listed with that value, all other filters kept
-- grain:  one row a facet and value
WITH failed AS (
    SELECT site_id, bool_or(verdict = 'fail') AS gate_failed FROM combined.gate GROUP BY site_id
),
flags AS (
    SELECT
        s.kind, s.stage, s.iso3, coalesce(f.gate_failed, false) AS gate_failed,
        ($kinds::VARCHAR[] IS NULL OR list_contains($kinds::VARCHAR[], s.kind)) AS kind_ok,
        ($stages::VARCHAR[] IS NULL OR list_contains($stages::VARCHAR[], s.stage)) AS stage_ok,
        ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], s.iso3)) AS country_ok,
        ($gates_failed OR NOT coalesce(f.gate_failed, false)) AS gate_ok
    FROM combined.site AS s
    JOIN scored AS d USING (site_id)
    LEFT JOIN failed AS f USING (site_id)
    WHERE ($commodity_any::VARCHAR[] IS NULL OR list_has_any(s.commodities, $commodity_any::VARCHAR[]))
      AND ($accuracy::VARCHAR[] IS NULL OR list_contains($accuracy::VARCHAR[], s.location_accuracy))
      AND d.coverage >= $min_coverage
      AND ($text = '' OR contains(lower(strip_accents(s.name || ' ' || array_to_string(s.aliases, ' '))), lower(strip_accents($text))))
      AND ($inside::VARCHAR[] IS NULL OR s.site_id IN (SELECT unnest($inside::VARCHAR[])))
)
SELECT 'kinds' AS facet, kind AS value, count(*) AS sites FROM flags WHERE stage_ok AND country_ok AND gate_ok GROUP BY 2
UNION ALL
SELECT 'stages', stage, count(*) FROM flags WHERE kind_ok AND country_ok AND gate_ok GROUP BY 2
UNION ALL
SELECT 'countries', iso3, count(*) FROM flags WHERE kind_ok AND stage_ok AND gate_ok GROUP BY 2
UNION ALL
SELECT 'failed', gate_failed::VARCHAR, count(*) FROM flags WHERE kind_ok AND stage_ok AND country_ok GROUP BY 2
ORDER BY 1, 3 DESC, 2
