-- in:     facts.commodity; $desk ('us' | 'japan')
-- out:    commodity, low_t, high_t (t/y of the grade basis: what the country must import, net), how ('consumption': x net import reliance |
--         'net_imports': consumption is withheld | 'net_imports_heavy': of all heavy rare earths together), year
-- grain:  one row a commodity with a gap
-- NULL:   year: each row of data/curated/japan_consumption.csv has its own; no figure of the country: no row (unknown); a net exporter: no row (no gap)
-- ref:    USGS Mineral Commodity Summaries 2026 (US); data/curated/japan_consumption.csv (Japan), each row of its own year.
--         The only place where the portfolio reads a gap: other market tables would come in here
WITH figure AS (
    SELECT
        commodity_id, 'us' AS desk, coalesce(us_consumption_t * us_reliance_low_pct / 100, us_net_imports_t) AS low_t,
        coalesce(us_consumption_t * us_reliance_high_pct / 100, us_net_imports_t) AS high_t,
        CASE
            WHEN us_consumption_t * us_reliance_high_pct IS NOT NULL THEN 'consumption' WHEN subgroup = 'heavy' THEN 'net_imports_heavy' ELSE 'net_imports'
        END AS how,
        world_production_year AS year
    FROM facts.commodity
    UNION ALL
    SELECT
        commodity_id, 'japan', japan_consumption_t * japan_reliance_low_pct / 100, japan_consumption_t * japan_reliance_high_pct / 100,
        'consumption', NULL
    FROM facts.commodity
)
SELECT commodity_id AS commodity, low_t, high_t, how, year
FROM figure
WHERE desk = $desk AND high_t > 0
ORDER BY commodity
