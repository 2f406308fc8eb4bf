-- in:     combined.claim (chosen grades with the tonnage of their own record, chosen contained metal), facts.commodity, combined.site
-- out:    site_id, commodity, tonnes (of the grade basis), ore_mt (million tonnes), years (of world production), source_id, as_of
-- grain:  one row a site and graded commodity with a world production figure
-- NULL:   ore_mt: the contained metal is stated by itself; without tonnage, grade or world production there is no row (unknown)
-- ref:    USGS Mineral Commodity Summaries 2024 (production of 2023)
CREATE OR REPLACE TEMP TABLE contained AS
WITH tonnage AS (
    SELECT key, max(value) AS ore_mt FROM combined.claim WHERE attribute = 'tonnage_mt' GROUP BY key
),
metal AS (
    SELECT
        g.site_id, g.commodity, g.source_id, g.as_of, t.ore_mt,
        CASE g.unit WHEN '%' THEN t.ore_mt * 1e4 * g.value ELSE t.ore_mt * g.value END AS tonnes
    FROM combined.claim AS g
    JOIN tonnage AS t USING (key)
    WHERE g.attribute = 'grade' AND g.chosen
    UNION ALL
    SELECT c.site_id, c.commodity, c.source_id, c.as_of, NULL, c.value
    FROM combined.claim AS c
    WHERE c.attribute = 'contained_t' AND c.chosen
      AND NOT EXISTS (FROM tonnage AS t WHERE t.key = c.key)
)
SELECT m.site_id, m.commodity, m.tonnes, m.ore_mt, m.tonnes / k.world_production_t AS years, m.source_id, m.as_of
FROM metal AS m
JOIN facts.commodity AS k ON k.commodity_id = m.commodity
JOIN combined.site AS s USING (site_id)
WHERE k.world_production_t IS NOT NULL AND s.kind = 'mine' AND m.tonnes > 0
QUALIFY row_number() OVER (PARTITION BY m.site_id, m.commodity ORDER BY m.tonnes DESC) = 1
