-- in:    combined.site, combined.claim (stage), facts.country, combined.gate, combined.measurement; $site_ids (list, no id twice); $commodity of interest, or '';
--        $owner_gates = gates whose verdict rests on the owners
-- out:   site_id, iso3, kind, stage, stage_as_of ('': not dated), quality (regulatory quality), commodity (that grades are scored by, '' where none is), commodities,
--        fails (whether it fails a gate whatever its owners are), in the order of $site_ids
-- grain: one row a site
-- NULL:  quality: no estimate
WITH asked AS (
    SELECT unnest($site_ids::VARCHAR[]) AS site_id, unnest(range(len($site_ids::VARCHAR[]))) AS place
),
bars AS (
    SELECT site_id, bool_or(verdict = 'fail' AND (NOT list_contains($owner_gates::VARCHAR[], gate) OR evidence = 'jurisdiction')) AS fails
    FROM combined.gate
    GROUP BY site_id
),
staged AS (
    SELECT site_id, max(as_of) AS as_of FROM combined.claim WHERE attribute = 'stage' AND chosen GROUP BY site_id
),
graded AS (
    SELECT site_id, min(target) AS commodity
    FROM combined.measurement
    WHERE criterion_id IN ('grade_percentile', 'output_share') AND commodity IN ('', $commodity)
    GROUP BY site_id
)
SELECT
    s.site_id, s.iso3, s.kind, s.stage, coalesce(t.as_of, '') AS stage_as_of, c.regulatory_quality AS quality, coalesce(g.commodity, '') AS commodity,
    s.commodities, coalesce(b.fails, false) AS fails
FROM asked AS a
JOIN combined.site AS s USING (site_id)
LEFT JOIN facts.country AS c USING (iso3)
LEFT JOIN staged AS t USING (site_id)
LEFT JOIN bars AS b USING (site_id)
LEFT JOIN graded AS g USING (site_id)
ORDER BY a.place
