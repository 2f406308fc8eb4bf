-- in:     $commodity; facts.commodity
-- out:    kind ('supply' | 'demand'), stage ('mine' | 'refining'), who (supply: ISO3 of a country, '' for the world; demand: 'us' | 'japan'),
--         low, high (supply of a country: % of world supply at the stage; of the world and demand: tonnes a year), reliance_low, reliance_high (%; of
--         demand), basis (what the tonnes are of), how ('stated' | 'net_imports' | 'net_imports_heavy'), source_id ('': the row of data/curated/japan_consumption.csv), year
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
    'demand', stage, 'us', coalesce(us_consumption_t, us_net_imports_t), coalesce(us_consumption_t, us_net_imports_t),
    CASE WHEN us_consumption_t IS NULL THEN 100 ELSE us_reliance_low_pct END, CASE WHEN us_consumption_t IS NULL THEN 100 ELSE us_reliance_high_pct END,
    grade_basis, CASE WHEN us_consumption_t IS NOT NULL THEN 'stated' WHEN subgroup = 'heavy' THEN 'net_imports_heavy' ELSE 'net_imports' END,
    'usgs_mcs_2026', world_production_year
FROM one
WHERE coalesce(us_consumption_t, us_net_imports_t) > 0
UNION ALL
SELECT
    'demand', stage, 'japan', japan_consumption_t, japan_consumption_t, japan_reliance_low_pct, japan_reliance_high_pct, grade_basis, 'stated',
    '', NULL
FROM one
WHERE japan_consumption_t > 0
ORDER BY kind, who
