-- in:     contained(site_id, commodity, tonnes, ore_mt, ...), may_sell(site_id, commodity), stated_output, facts.commodity
-- out:    site_id, commodity, tonnes (t/y of the grade basis), low, high, source_id, as_of: what a mine could put out of what its ore holds
-- grain:  one row a mine and commodity that is graded and that it may sell
-- NULL:   none; of a group (the rare earths) of which a member is stated there is no row: the plan tells what is sold; nor of a member of a
--         group that is stated where the ore's total of the group is not known
-- ref:    life of a mine in years = 0.2 x tonnes of ore ^ 0.25: Taylor (1986), Trans. IMM 95, A203; a resource is not a reserve and nothing is
--         lost in processing here, so the range of such an output is from a fourth to twice the value. Where the output of the group is stated,
--         a member has its share of the ore's total of it: the plan mines and loses the members alike, which is an assumption
CREATE OR REPLACE TEMP TABLE ore_output AS
WITH plan AS (
    SELECT o.site_id, o.commodity, k.group_id, o.tonnes, o.low, o.high
    FROM stated_output AS o
    JOIN facts.commodity AS k ON k.commodity_id = o.commodity
    QUALIFY row_number() OVER (PARTITION BY o.site_id, o.commodity ORDER BY o.tonnes DESC, o.stands DESC, o.origin) = 1
)
SELECT
    c.site_id, c.commodity, coalesce(p.tonnes * least(1, c.tonnes / whole.tonnes), c.tonnes / (0.2 * (c.ore_mt * 1e6) ** 0.25)) AS tonnes,
    coalesce(p.low * least(1, c.tonnes / whole.tonnes), 0.25 * c.tonnes / (0.2 * (c.ore_mt * 1e6) ** 0.25)) AS low,
    coalesce(p.high * least(1, c.tonnes / whole.tonnes), 2 * c.tonnes / (0.2 * (c.ore_mt * 1e6) ** 0.25)) AS high, c.source_id, c.as_of
FROM contained AS c
JOIN facts.commodity AS k ON k.commodity_id = c.commodity
LEFT JOIN plan AS p ON p.site_id = c.site_id AND p.commodity = k.group_id
LEFT JOIN contained AS whole ON whole.site_id = c.site_id AND whole.commodity = k.group_id
WHERE c.ore_mt > 0
  AND (p.site_id IS NULL OR whole.tonnes > 0)
  AND NOT EXISTS (FROM plan AS member WHERE member.site_id = c.site_id AND member.group_id = c.commodity)
  AND (
      c.site_id NOT IN (SELECT site_id FROM may_sell)
      OR EXISTS (FROM may_sell AS s WHERE s.site_id = c.site_id AND s.commodity = c.commodity)
  )
