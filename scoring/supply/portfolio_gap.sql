-- in:     facts.commodity; $desk ('us' | 'japan')
-- out:    commodity, low_t, high_t (t/y of the grade basis: what the country must import, net), year, basis ('consumption x net import reliance' | 'net imports')
-- grain:  one row a commodity with a gap
-- NULL:   none; no figure of the country: no row (unknown); a net exporter: no row (no gap)
-- ref:    USGS Mineral Commodity Summaries 2026 (US); data/curated/japan_consumption.csv (Japan), each row of its own year.
--         The only place where the portfolio reads a gap: other market tables would come in here
WITH figure AS (
    SELECT
        commodity_id, 'us' AS desk, coalesce(us_consumption_t * us_reliance_low_pct / 100, us_net_imports_t) AS low_t,
        coalesce(us_consumption_t * us_reliance_high_pct / 100, us_net_imports_t) AS high_t, world_production_year AS year,
        CASE WHEN us_consumption_t * us_reliance_high_pct IS NULL THEN 'net imports' ELSE 'consumption x net import reliance' END AS basis
    FROM facts.commodity
    UNION ALL
    SELECT
        commodity_id, 'japan', japan_consumption_t * japan_reliance_low_pct / 100, japan_consumption_t * japan_reliance_high_pct / 100, NULL,
        'consumption x net import reliance'
    FROM facts.commodity
)
SELECT commodity_id AS commodity, low_t, high_t, year, basis
FROM figure
WHERE desk = $desk AND high_t > 0
ORDER BY commodity
