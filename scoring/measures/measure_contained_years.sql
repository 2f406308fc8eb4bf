-- in:     contained(site_id, commodity, years, ...), combined.claim, facts.commodity
-- out:    site_id, commodity, value, low, high (years of world mine production), source_id, as_of, target, reference_group, reference_n
-- grain:  one row a site and commodity; '' for the main commodity; an element of a group without its own market takes the group's row
-- NULL:   none
-- ref:    range (P5 to P95): a factor of 12 either way. In nine of ten cases another source that disagrees, by tonnage, grade or what it counts
--         (reserve, resource, deposit), lies within (benchmarks/calibrate_ranges.py)
WITH own AS (
    SELECT site_id, commodity, years, source_id, as_of, commodity AS target FROM contained
),
elements AS (
    SELECT o.site_id, k.commodity_id AS commodity, o.years, o.source_id, o.as_of, o.target
    FROM own AS o
    JOIN facts.commodity AS k ON k.group_id = o.commodity
    WHERE k.world_production_t IS NULL
),
main AS (
    SELECT *, row_number() OVER (PARTITION BY site_id ORDER BY years DESC, commodity) AS place FROM own
),
every AS (
    SELECT * FROM own
    UNION ALL
    SELECT * FROM elements
    UNION ALL
    SELECT site_id, '', years, source_id, as_of, target FROM main WHERE place = 1
)
SELECT
    site_id, commodity, years AS value, years / 12 AS low, years * 12 AS high, source_id, as_of, target,
    '' AS reference_group, NULL::INTEGER AS reference_n
FROM every
