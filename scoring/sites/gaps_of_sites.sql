-- in:     combined.site, combined.measurement (gap_closed, gap_closed_japan), facts.commodity; $site_ids (list); $commodity of interest, or ''
-- out:    site_id, gap_of (one commodity for both gaps), gap_us_pct, gap_us_low, gap_us_high, gap_japan_pct, gap_japan_low, gap_japan_high (share of
--         the country's net imports of gap_of, 0..100)
-- grain:  one row a site with a figure for either country
-- NULL:   unknown for that country
WITH closed AS (
    SELECT
        m.criterion_id, m.site_id, m.commodity, m.target,
        least(100, 100 * m.value / k.leading_share_pct) AS pct, least(100, 100 * m.low / k.leading_share_pct) AS low,
        least(100, 100 * m.high / k.leading_share_pct) AS high
    FROM combined.measurement AS m
    JOIN facts.commodity AS k ON k.commodity_id = m.target
    WHERE m.criterion_id IN ('gap_closed', 'gap_closed_japan') AND k.leading_share_pct > 0 AND list_contains($site_ids::VARCHAR[], m.site_id)
),
-- What the site sells first, where either country has a figure of it: both gaps are told of one commodity.
sold AS (
    SELECT c.site_id, c.target AS gap_of
    FROM closed AS c
    JOIN combined.site AS s USING (site_id)
    LEFT JOIN facts.commodity AS main ON main.commodity_id = s.commodities[1]
    WHERE c.commodity IN ('', $commodity)
    QUALIFY row_number() OVER (
        PARTITION BY c.site_id
        ORDER BY c.commodity = $commodity DESC, coalesce(c.target IN (main.commodity_id, main.group_id), false) DESC, c.criterion_id
    ) = 1
),
of_it AS (
    SELECT c.*
    FROM closed AS c
    JOIN sold AS o ON o.site_id = c.site_id AND o.gap_of = c.target
    QUALIFY row_number() OVER (
        PARTITION BY c.criterion_id, c.site_id ORDER BY c.commodity = $commodity DESC, c.commodity = '' DESC, c.commodity = c.target DESC, c.commodity
    ) = 1
)
SELECT
    site_id, max(target) AS gap_of,
    max(pct) FILTER (criterion_id = 'gap_closed') AS gap_us_pct, max(low) FILTER (criterion_id = 'gap_closed') AS gap_us_low,
    max(high) FILTER (criterion_id = 'gap_closed') AS gap_us_high, max(pct) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_pct,
    max(low) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_low, max(high) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_high
FROM of_it GROUP BY site_id
