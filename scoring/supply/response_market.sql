-- in:     $commodity; facts.commodity, facts.import_gap
-- out:    kind ('supply' | 'demand'), stage ('mine' | 'refining'), who (supply: ISO3 of a country, '' for the world; demand: 'us' | 'japan'),
--         low, high (supply of a country: % of world supply at the stage; of the world and demand: tonnes a year), reliance_low, reliance_high (%; of
--         demand), basis (what the tonnes are of), how ('stated' | 'net_imports' | 'net_imports_heavy' | 'trade'), source_id ('': the row of data/curated/japan_consumption.csv), year
-- grain:  one row a country, the world or a desk that has figures
-- NULL:   reliance of supply; year of the Japanese demand (2011 to 2024, see data/curated/japan_consumption.csv)
-- ref:    USGS, Mineral Commodity Summaries 2026. Shares of countries are read from facts.market_figure; the row of the leading one bounds a country
--         of which they say nothing. Where consumption is withheld, the net imports stand for it: only what
--         is imported, all of it relied on. Of heavy rare earths they are of all heavy rare earths together
WITH one AS (
    SELECT
        *, CASE WHEN regexp_matches(world_production_basis, '^(refined|primary|refinery)') THEN 'refining' ELSE 'mine' END AS stage
    FROM facts.commodity
    WHERE commodity_id = $commodity
)
SELECT
    'supply' AS kind, stage, leading_country_iso3 AS who, leading_share_pct AS low, leading_share_pct AS high, NULL::DOUBLE AS reliance_low,
    NULL::DOUBLE AS reliance_high, world_production_basis AS basis, 'stated' AS how, 'usgs_mcs_2026' AS source_id, world_production_year AS year
FROM one
WHERE leading_share_pct IS NOT NULL
UNION ALL
SELECT 'supply', stage, '', world_production_t, world_production_t, NULL, NULL, world_production_basis, 'stated', 'usgs_mcs_2026', world_production_year
FROM one
WHERE world_production_t IS NOT NULL
UNION ALL
SELECT
    'demand', one.stage, g.country, g.demand_low_t, g.demand_high_t, g.reliance_low_pct, g.reliance_high_pct, grade_basis,
    CASE g.how WHEN 'consumption' THEN 'stated' ELSE g.how END, CASE g.country WHEN 'japan' THEN CASE g.how WHEN 'trade' THEN g.source_id ELSE '' END ELSE g.source_id END,
    g.year
FROM one
JOIN facts.import_gap AS g ON g.commodity = one.commodity_id
WHERE g.demand_high_t > 0
ORDER BY kind, who
