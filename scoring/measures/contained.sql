-- in:     combined.claim (chosen grades, chosen contained metal), combined.tonnage (of the record of the grade), facts.commodity, combined.site
-- out:    site_id, commodity, tonnes (of the grade basis), ore_mt (million tonnes), years (of world production), source_id, as_of
-- grain:  one row a site and graded commodity
-- NULL:   ore_mt: the contained metal is stated by itself; years: USGS gives no world production; without tonnage or grade there is no row (unknown)
-- ref:    USGS Mineral Commodity Summaries 2026 (production of 2025, estimated)
CREATE OR REPLACE TEMP TABLE contained AS
WITH tonnage AS (
    FROM combined.tonnage
),
metal AS (
    SELECT
        g.site_id, g.commodity, coalesce(t.source_id, g.source_id) AS source_id, coalesce(t.as_of, g.as_of) AS as_of, t.ore_mt,
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
WHERE s.kind = 'mine' AND m.tonnes > 0
QUALIFY row_number() OVER (PARTITION BY m.site_id, m.commodity ORDER BY m.tonnes DESC) = 1
