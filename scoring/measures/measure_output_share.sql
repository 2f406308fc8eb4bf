-- in:     combined.claim (chosen capacity_t_y), stated_output (planned, of plants without a capacity), facts.commodity, combined.site; chance(site_id, pct: of coming to product at all)
-- out:    site_id, commodity '', value, low, high (% of world production), source_id, as_of, target, reference_group, reference_n
-- grain:  one row a plant
-- NULL:   none; without capacity or world production there is no row (unknown)
-- ref:    a derivative or recycled product is not mined metal: its range is a factor of 3 either way, and its status "modelled";
--         a planned capacity (method estimated) counts times the chance that its stage leaves it, 1 where the stage is unknown; its range is from 0
--         to the whole
WITH output AS (
    SELECT c.site_id, c.commodity, c.value, c.source_id, c.as_of, c.method <> 'reported' AS planned, s.kind IN ('derivative', 'recycling') AS other_product
    FROM combined.claim AS c
    JOIN combined.site AS s USING (site_id)
    WHERE c.attribute = 'capacity_t_y' AND c.chosen AND s.kind <> 'mine'
    UNION ALL
    SELECT o.site_id, o.commodity, o.tonnes, o.source_id, o.as_of, true, false
    FROM stated_output AS o
    JOIN combined.site AS s USING (site_id)
    WHERE o.origin = 'planned' AND s.kind <> 'mine'
      AND NOT EXISTS (FROM combined.claim AS c WHERE c.site_id = o.site_id AND c.attribute = 'capacity_t_y' AND c.chosen)
),
stated AS (
    SELECT
        c.site_id, c.source_id, c.as_of, c.planned, c.other_product,
        least(100 * c.value / coalesce(k.world_production_t, g.world_production_t), 100) AS share,
        CASE WHEN k.world_production_t IS NULL THEN k.group_id ELSE k.commodity_id END AS target
    FROM output AS c
    JOIN facts.commodity AS k ON k.commodity_id = c.commodity
    LEFT JOIN facts.commodity AS g ON g.commodity_id = k.group_id
    WHERE coalesce(k.world_production_t, g.world_production_t) IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY c.site_id ORDER BY c.value DESC) = 1
)
SELECT
    s.site_id, '' AS commodity, CASE WHEN planned THEN share * coalesce(c.pct, 100) / 100 ELSE share END AS value,
    CASE WHEN planned THEN 0 WHEN other_product THEN share / 3 ELSE share END AS low,
    CASE WHEN other_product THEN least(share * 3, 100) ELSE share END AS high,
    source_id, as_of, target, '' AS reference_group, NULL::INTEGER AS reference_n,
    CASE WHEN planned OR other_product THEN 'modelled' ELSE 'measured' END AS status
FROM stated AS s
LEFT JOIN chance AS c USING (site_id)
