-- in:     contained(site_id, commodity, years, ...), main_commodity(site_id, commodity, credit), facts.commodity
-- out:    site_id, commodity, value, low, high (years of world mine production), source_id, as_of, target, reference_group, reference_n
-- grain:  one row a site and commodity; '' for the main commodity, its by-products with it by their value; an element of a group without its own
--         market takes the group's row
-- NULL:   none
-- ref:    range (P5 to P95): a factor of 12 either way. In nine of ten cases another source that disagrees, by tonnage, grade or what it counts
--         (reserve, resource, deposit), lies within (benchmarks/calibrate_ranges.py)
WITH own AS (
    SELECT site_id, commodity, years, source_id, as_of, commodity AS target FROM contained WHERE years IS NOT NULL
),
elements AS (
    SELECT o.site_id, k.commodity_id AS commodity, o.years, o.source_id, o.as_of, o.target
    FROM own AS o
    JOIN facts.commodity AS k ON k.group_id = o.commodity
    WHERE k.world_production_t IS NULL
),
by_commodity AS (
    SELECT * FROM own
    UNION ALL
    SELECT * FROM elements
),
every AS (
    SELECT * FROM by_commodity
    UNION ALL
    SELECT b.* REPLACE ('' AS commodity, b.years * m.credit AS years)
    FROM by_commodity AS b
    JOIN main_commodity AS m USING (site_id, commodity)
)
SELECT
    site_id, commodity, years AS value, years / 12 AS low, years * 12 AS high, source_id, as_of, target,
    '' AS reference_group, NULL::INTEGER AS reference_n
FROM every
