-- in:     packed(profile, commodity, site_id, u, u_low, u_high, m, a, e); s: commodity, profile, w (weight a criterion), axes (pillar a criterion)
-- out:    id, version, j (position), axis, u, w: what the statements `method_*.sql` read
-- grain:  one row a site, version and criterion that carries weight
-- units:  u = desirability 0..1; w = weight of the row, sums to 1 for each id and version
-- NULL:   none; a site without any weighted criterion has no rows
-- ref:    versions: 'known' = what is measured, weights spread over it; 'floor' = unknowns at 0; 'expected' = unknowns at the mean of their peers; 'low', 'high' = ends of the ranges,
--         unknowns at 0 and at 1. Ideals, bounds and comparisons are those of 'known': no unknown counts as evidence against others.
CREATE OR REPLACE MACRO weighted_cells(s) AS TABLE
WITH spread AS (
    SELECT
        site_id, unnest(range(len(u))) AS j, unnest(u) AS u, unnest(u_low) AS u_low, unnest(u_high) AS u_high,
        unnest(m) AS m, unnest(a) AS a, unnest(e) AS e, unnest(s['w']::DOUBLE[]) AS w
    FROM packed
    WHERE commodity = s['commodity'] AND profile = s['profile']
),
versions AS (
    SELECT site_id, 'known' AS version, j, u, w * m AS w FROM spread WHERE w * m > 0
    UNION ALL
    SELECT site_id, unnest(['floor', 'expected', 'low', 'high']), j, unnest([u, u + e, u_low, u_high]), w * a FROM spread WHERE w * a > 0
)
SELECT site_id AS id, version, j, s['axes'][j + 1] AS axis, u, w / sum(w) OVER (PARTITION BY site_id, version) AS w
FROM versions
