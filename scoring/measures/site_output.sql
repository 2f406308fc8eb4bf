-- in:     stated_output, contained(site_id, commodity, tonnes, ore_mt, ...), may_sell, combined.claim (chosen grades), facts.commodity
-- out:    site_id, commodity, tonnes, least, most (t/y of the grade basis), preference (1: a source states it; 2: from its basket or the resource; 3: the
--         sum of elements that are stated), status, source_id, as_of
-- grain:  one row a site, commodity and preference
-- NULL:   none; without a stated output, and for a mine without tonnage and grade, there is no row
-- ref:    of a plan and of what stands the larger counts: a plan tells the whole or what is added to it. Elements of the rare earths that a source
--         does not name are in what it states of all of them by their part of the grades; where it names elements, their sum is the least of all.
--         Life of a mine in years = 0.2 x tonnes of ore ^ 0.25: Taylor (1986), Trans. IMM 95, A203; a resource is not a reserve and nothing is
--         lost in processing here, so the range is from a fourth to twice the value
CREATE OR REPLACE TEMP TABLE site_output AS
WITH stated AS (
    SELECT site_id, o.commodity, k.group_id, tonnes, low AS least, high AS most, status, source_id, as_of
    FROM stated_output AS o
    JOIN facts.commodity AS k ON k.commodity_id = o.commodity
    QUALIFY row_number() OVER (PARTITION BY site_id, o.commodity ORDER BY tonnes DESC, stands DESC, origin) = 1
),
grade AS (
    SELECT c.site_id, c.commodity, CASE c.unit WHEN '%' THEN 1e4 ELSE 1 END * c.value AS ppm
    FROM combined.claim AS c
    JOIN facts.commodity AS k ON k.commodity_id = c.commodity
    WHERE c.attribute = 'grade' AND c.chosen AND 'rare earths' IN (c.commodity, k.group_id)
),
basket AS (
    SELECT g.site_id, g.commodity, g.ppm / greatest(coalesce(t.ppm, 0), sum(g.ppm) OVER (PARTITION BY g.site_id ORDER BY g.commodity ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS share
    FROM grade AS g
    LEFT JOIN grade AS t ON t.site_id = g.site_id AND t.commodity = 'rare earths'
    WHERE g.commodity <> 'rare earths' AND g.ppm > 0
),
resource AS (
    SELECT c.site_id, c.commodity, c.tonnes / (0.2 * (c.ore_mt * 1e6) ** 0.25) AS a_year, c.source_id, c.as_of
    FROM contained AS c
    JOIN facts.commodity AS k ON k.commodity_id = c.commodity
    WHERE c.ore_mt > 0
      AND NOT EXISTS (
          FROM stated AS s
          WHERE s.site_id = c.site_id AND 'rare earths' IN (s.commodity, s.group_id) AND 'rare earths' IN (c.commodity, k.group_id)
      )
      AND (
          c.site_id NOT IN (SELECT site_id FROM may_sell)
          OR EXISTS (FROM may_sell AS p WHERE p.site_id = c.site_id AND p.commodity = c.commodity)
      )
)
SELECT site_id, commodity, tonnes, least, most, 1 AS preference, status, source_id, as_of
FROM stated
UNION ALL BY NAME
SELECT
    s.site_id, b.commodity, s.tonnes * b.share AS tonnes, s.least * b.share AS least, s.most * b.share AS most, 2 AS preference, 'modelled' AS status,
    s.source_id, s.as_of
FROM stated AS s
JOIN basket AS b USING (site_id)
WHERE s.commodity = 'rare earths' AND NOT EXISTS (FROM stated AS e WHERE e.site_id = s.site_id AND e.commodity = b.commodity)
UNION ALL BY NAME
SELECT
    site_id, 'rare earths' AS commodity, sum(tonnes ORDER BY commodity) AS tonnes, sum(least ORDER BY commodity) AS least,
    sum(most ORDER BY commodity) AS most, 3 AS preference, 'modelled' AS status, arg_max(source_id, (tonnes, commodity)) AS source_id,
    max(as_of) AS as_of
FROM stated AS s
WHERE group_id = 'rare earths' AND NOT EXISTS (FROM stated AS t WHERE t.site_id = s.site_id AND t.commodity = 'rare earths')
GROUP BY site_id
UNION ALL BY NAME
SELECT site_id, commodity, a_year AS tonnes, a_year / 4 AS least, a_year * 2 AS most, 2 AS preference, 'modelled' AS status, source_id, as_of
FROM resource
