-- in:     combined.site, combined.measurement, facts.commodity, facts.country; $commodity = commodity of interest, or ''
-- out:    site_id, stratum (main commodity, or its group), grade (percentile), host (class 0..3, governance inside the class),
--         commodity_risk (share of the leading country in world mine production, %)
-- grain:  one row a site
-- units:  governance = mean of WGI regulatory quality and rule of law, -2.5..2.5, divided by 10: it never bridges two classes
-- NULL:   grade, host, commodity_risk: unknown
-- ref:    USGS Mineral Commodity Summaries 2024; World Bank WGI 2023. A group without a figure takes the largest of its members.
WITH groups AS (
    SELECT group_id, max(leading_share_pct) AS share_pct FROM facts.commodity WHERE group_id <> '' GROUP BY group_id
),
main AS (
    SELECT s.site_id, s.iso3, coalesce(nullif(k.group_id, ''), k.commodity_id, '') AS stratum
    FROM combined.site AS s
    LEFT JOIN facts.commodity AS k ON k.commodity_id = s.commodities[1]
)
SELECT
    m.site_id, m.stratum, g.value AS grade, h.value + (coalesce(c.regulatory_quality, -2.5) + coalesce(c.rule_of_law, -2.5)) / 20 AS host,
    coalesce(k.leading_share_pct, w.share_pct) AS commodity_risk
FROM main AS m
LEFT JOIN combined.measurement AS g ON g.site_id = m.site_id AND g.criterion_id = 'grade_percentile' AND g.commodity = $commodity
LEFT JOIN combined.measurement AS h ON h.site_id = m.site_id AND h.criterion_id = 'host_alignment'
LEFT JOIN facts.country AS c ON c.iso3 = m.iso3
LEFT JOIN facts.commodity AS k ON k.commodity_id = m.stratum
LEFT JOIN groups AS w ON w.group_id = m.stratum
ORDER BY m.site_id
