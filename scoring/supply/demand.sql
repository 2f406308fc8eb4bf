-- in:  facts.market_figure, facts.commodity, facts.counted_stage
-- out: commodity, us_stage, grade_basis, symbol, basis (of world production; empty: USGS gives none in the grade basis),
--      us (map of year to tonnes), japan_t, japan_low_pct, japan_high_pct
-- grain: one commodity; us_stage: at which stage its consumption and reliance are counted, empty: not counted
-- NULL: japan_t and its ends where no source states them; us: years whose consumption is withheld are not in the map
WITH us AS (
    SELECT commodity, map_from_entries(list((year, value)) FILTER (WHERE value IS NOT NULL)) AS by_year
    FROM facts.market_figure
    WHERE figure = 'consumption' AND area = 'USA'
    GROUP BY commodity
)
SELECT c.commodity_id AS commodity, coalesce(r.stage, '') AS us_stage, c.grade_basis, c.symbol, c.world_production_basis AS basis,
    u.by_year AS us,
    c.japan_consumption_t AS japan_t, c.japan_reliance_low_pct AS japan_low_pct, c.japan_reliance_high_pct AS japan_high_pct
FROM facts.commodity c
LEFT JOIN us u ON u.commodity = c.commodity_id
LEFT JOIN facts.counted_stage r ON r.commodity = c.commodity_id
ORDER BY 1
