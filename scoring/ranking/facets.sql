-- in:     scored($s), is_of, counts_for and products_of_projects() of passing.sql, combined.site, combined.gate, combined.project, combined.step; $s as in ranked.sql
-- out:    facet, value, sites: how many sites would be listed with that value, all other filters kept
-- grain:  one row a facet and value
WITH failed AS (
    SELECT
        site_id, bool_or(verdict = 'fail' AND gate_counts(gate, $s['any_stake'])) AS gate_failed,
        bool_or(owners_pass(gate, verdict, $s['any_stake'])) AS clear
    FROM combined.gate GROUP BY site_id
),
flags AS (
    SELECT
        s.kind, s.stage, s.iso3, t.step, coalesce(f.gate_failed, false) AS gate_failed,
        coalesce(f.clear, false) AS clear,
        ($s['kinds']::VARCHAR[] IS NULL OR list_contains($s['kinds']::VARCHAR[], s.kind)) AS kind_ok,
        ($s['stages']::VARCHAR[] IS NULL OR list_contains($s['stages']::VARCHAR[], s.stage)) AS stage_ok,
        ($s['countries']::VARCHAR[] IS NULL OR list_contains($s['countries']::VARCHAR[], s.iso3)) AS country_ok,
        ($s['step']::VARCHAR IS NULL OR t.step = $s['step']) AS step_ok,
        is_of(s.commodities, $s['commodity_any']) AS any_ok,
        p.site_id IS NOT NULL AND is_of(counts_for('projects', s.commodities, sold.products), $s['commodity_any']) AS project_ok,
        CASE WHEN $s['universe'] = 'all' THEN any_ok ELSE project_ok END AS universe_ok,
        ($s['gates_failed'] OR NOT coalesce(f.gate_failed, false)) AND (NOT $s['owners_clear'] OR coalesce(f.clear, false)) AS gate_ok,
        $s['gates_failed'] OR NOT coalesce(f.gate_failed, false) AS not_failed
    FROM combined.site AS s
    JOIN scored($s) AS d USING (site_id)
    JOIN combined.step AS t USING (site_id)
    LEFT JOIN combined.project AS p USING (site_id)
    LEFT JOIN failed AS f USING (site_id)
    LEFT JOIN products_of_projects() AS sold USING (site_id)
    WHERE ($s['accuracy']::VARCHAR[] IS NULL OR list_contains($s['accuracy']::VARCHAR[], s.location_accuracy))
      AND d.coverage >= $s['min_coverage']
      AND ($s['named']::VARCHAR[] IS NULL OR s.site_id IN (SELECT unnest($s['named']::VARCHAR[])))
      AND ($s['inside']::VARCHAR[] IS NULL OR s.site_id IN (SELECT unnest($s['inside']::VARCHAR[])))
      AND ($s['programme'] = '' OR s.site_id IN (SELECT site_id FROM open_programme WHERE programme = $s['programme']))
)
SELECT 'kinds' AS facet, kind AS value, count(*) AS sites FROM flags WHERE stage_ok AND country_ok AND gate_ok AND step_ok AND universe_ok GROUP BY 2
UNION ALL
SELECT 'stages', stage, count(*) FROM flags WHERE kind_ok AND country_ok AND gate_ok AND step_ok AND universe_ok GROUP BY 2
UNION ALL
SELECT 'countries', iso3, count(*) FROM flags WHERE kind_ok AND stage_ok AND gate_ok AND step_ok AND universe_ok GROUP BY 2
UNION ALL
SELECT 'failed', gate_failed::VARCHAR, count(*) FROM flags WHERE kind_ok AND stage_ok AND country_ok AND step_ok AND universe_ok GROUP BY 2
UNION ALL
SELECT 'clear', clear::VARCHAR, count(*) FROM flags
WHERE kind_ok AND stage_ok AND country_ok AND step_ok AND universe_ok AND not_failed GROUP BY 2
UNION ALL
SELECT 'steps', step, count(*) FROM flags WHERE kind_ok AND stage_ok AND country_ok AND gate_ok AND universe_ok GROUP BY 2
UNION ALL
SELECT 'universes', 'projects', count(*) FROM flags WHERE project_ok AND stage_ok AND country_ok AND gate_ok
UNION ALL
SELECT 'universes', 'all', count(*) FROM flags WHERE any_ok AND stage_ok AND country_ok AND gate_ok
ORDER BY 1, 3 DESC, 2
