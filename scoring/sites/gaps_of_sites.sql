-- in:     combined.site, combined.measurement (gap_closed, gap_closed_japan), facts.commodity, facts.leading_share; $site_ids (list); $commodity of interest, or ''
-- out:    site_id, gap_of (one commodity for both gaps), gap_us_pct, gap_us_low, gap_us_high, gap_japan_pct, gap_japan_low, gap_japan_high (share of
--         the country's net imports of gap_of, 0..100)
-- grain:  one row a site with a figure for either country
-- NULL:   unknown for that country
WITH scored AS (
    SELECT
        m.*, coalesce((k.low_pct + k.high_pct) / 2, (g.low_pct + g.high_pct) / 2) AS risk_pct, coalesce(k.low_pct, g.low_pct) AS risk_low_pct,
        coalesce(k.high_pct, g.high_pct) AS risk_high_pct
    FROM combined.measurement AS m
    JOIN facts.commodity AS c ON c.commodity_id = m.target
    LEFT JOIN facts.leading_share AS k ON k.commodity = m.target
    LEFT JOIN facts.leading_share AS g ON g.commodity = c.group_id
    WHERE m.criterion_id IN ('gap_closed', 'gap_closed_japan') AND list_contains($site_ids::VARCHAR[], m.site_id) AND m.commodity IN ('', $commodity)
),
closed AS (
    SELECT
        criterion_id, site_id, commodity, target, least(100, 100 * value / risk_pct) AS pct, least(100, 100 * low / risk_low_pct) AS low,
        least(100, 100 * high / risk_high_pct) AS high
    FROM scored
    WHERE risk_low_pct > 0
),
-- As it is scored: by the commodity of interest where the site has a figure of it, else by what it sells.
told AS (
    SELECT * FROM closed QUALIFY rank() OVER (PARTITION BY site_id ORDER BY commodity = $commodity DESC) = 1
)
SELECT
    site_id, any_value(target ORDER BY criterion_id) AS gap_of,
    max(pct) FILTER (criterion_id = 'gap_closed') AS gap_us_pct, max(low) FILTER (criterion_id = 'gap_closed') AS gap_us_low,
    max(high) FILTER (criterion_id = 'gap_closed') AS gap_us_high, max(pct) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_pct,
    max(low) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_low, max(high) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_high
FROM told GROUP BY site_id
