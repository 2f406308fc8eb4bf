-- in:     combined.claim (chosen planned_output_t_y, capacity_t_y), combined.site, facts.commodity
-- out:    site_id, commodity, kind, stage, brine, tonnes (t/y as stated), low, high, words (what the tonnes are of), origin ('planned' | 'capacity'),
--         stands (a capacity that is built), as_of, scope, url, source_id
-- grain:  one row a site, commodity and origin
-- units:  planned: tonnes of the product that the words name; capacity: tonnes of the grade basis, or of the product where the words name one
-- NULL:   low, high: no range stated
-- ref:    a capacity for an element of the rare earths that equals the one for all together is that of all together. Where a plan is of additional
--         tonnes, what the host works make today is no output of the project
CREATE OR REPLACE TEMP TABLE stated_tonnes AS
WITH stated AS (
    SELECT
        c.site_id, c.commodity, s.kind, s.stage, coalesce(regexp_matches(s.deposit_type, 'brine|salar', 'i'), false) AS brine,
        coalesce(c.value, (c.low + c.high) / 2) AS tonnes, c.low, c.high, coalesce(c.text, '') AS words,
        CASE c.attribute WHEN 'planned_output_t_y' THEN 'planned' ELSE 'capacity' END AS origin,
        c.attribute = 'capacity_t_y' AND c.method = 'reported' AS stands, c.as_of, coalesce(c.scope, '') AS scope, c.url, c.source_id
    FROM combined.claim AS c
    JOIN combined.site AS s USING (site_id)
    WHERE c.attribute IN ('planned_output_t_y', 'capacity_t_y') AND c.chosen AND coalesce(c.value, c.low, c.high) > 0
)
SELECT e.*
FROM stated AS e
JOIN facts.commodity AS k ON k.commodity_id = e.commodity
WHERE NOT (
    e.origin = 'capacity' AND k.group_id <> ''
    AND EXISTS (FROM stated AS t WHERE t.site_id = e.site_id AND t.commodity = k.group_id AND t.tonnes = e.tonnes)
)
AND NOT (e.stands AND EXISTS (FROM stated AS t WHERE t.site_id = e.site_id AND t.origin = 'planned' AND t.words LIKE 'additional %'))
