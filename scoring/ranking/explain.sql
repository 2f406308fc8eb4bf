-- in:     combined.site, combined.measurement, criterion, packed; $site_id, $commodity, $profile, $w (weights in criterion order)
-- out:    one row a criterion that applies: value, low, high, status, where it rests, u, u_low, u_high, weight share, drawn scale
-- NULL:   value, low, high, status: unknown
WITH p AS (SELECT * FROM packed WHERE commodity = $commodity AND profile = $profile AND site_id = $site_id),
s AS (SELECT list_dot_product(a, $w::DOUBLE[]) AS applied_w FROM p)
SELECT
    c.id, m.value, m.low, m.high, m.status, m.source_id, m.as_of, m.target, m.reference_group, m.reference_n,
    p.u[c.position + 1] AS u, p.u_low[c.position + 1] AS u_low, p.u_high[c.position + 1] AS u_high,
    p.m[c.position + 1] = 1 AS known,
    CASE WHEN s.applied_w > 0 THEN $w[c.position + 1] / s.applied_w ELSE 0 END AS weight_share
FROM criterion AS c
CROSS JOIN p
CROSS JOIN s
LEFT JOIN combined.measurement AS m
    ON m.site_id = $site_id AND m.criterion_id = c.id AND m.commodity = CASE WHEN c.per_commodity THEN $commodity ELSE '' END
WHERE c.profile IN ('', $profile) AND p.a[c.position + 1] = 1
ORDER BY c.position
