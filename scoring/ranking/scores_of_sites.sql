-- in:     combined.site, combined.measurement, criterion, packed; $site_ids, $commodity, $profile, $w
-- out:    one row a site and applying criterion: value, low, high, status, source, desirability, weight share
-- NULL:   value, low, high: unknown
SELECT
    p.site_id, c.id AS criterion_id, m.value, m.low, m.high, coalesce(m.status, 'unknown') AS status, m.target, m.reference_group,
    m.source_id, m.as_of, CASE WHEN m.value IS NULL THEN NULL ELSE p.u[c.position + 1] END AS desirability,
    $w[c.position + 1] / nullif(list_dot_product(p.a, $w::DOUBLE[]), 0) AS weight_share
FROM packed AS p
CROSS JOIN criterion AS c
LEFT JOIN combined.measurement AS m
    ON m.site_id = p.site_id AND m.criterion_id = c.id AND m.commodity = CASE WHEN c.per_commodity THEN $commodity ELSE '' END
WHERE p.commodity = $commodity AND p.profile = $profile AND c.profile IN ('', $profile) AND p.a[c.position + 1] = 1 AND list_contains($site_ids, p.site_id)
ORDER BY p.site_id, c.position
