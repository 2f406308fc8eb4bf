-- in:     contained(site_id, commodity, tonnes, ore_mt, ...), may_sell, combined.claim (chosen grades), combined.site, combined.price, facts.commodity
-- out:    site_id, commodity, family (the commodity; an element of the rare earths: 'rare earths'), tonnes (of the grade basis; for a site without
--         tonnage in a million tonnes of ore), usd (value of what the market takes of it), share (of the value of the site, 0..1)
-- grain:  one row a mine and commodity that is graded, or of which the contained metal is stated, and that it is built to sell (facts.product)
-- units:  USD at the cited prices or those of the user, in the ground: no recovery, charge or buyer is in it
-- NULL:   usd, share: no price; of all rare earths together: their elements are priced
-- ref:    a mine of 0.2 x tonnes of ore ^ 0.25 years (Taylor, 1986) sells no more of a metal a year than the world produces, so that scandium or
--         tellurium in a large body does not outweigh its nickel or copper. Where neither neodymium nor praseodymium is graded, the two are taken
--         at a fifth of all rare-earth oxides: an assumption
CREATE OR REPLACE TEMP TABLE payable AS
WITH graded AS (
    SELECT c.site_id, c.commodity, CASE k.grade_unit WHEN '%' THEN c.value / 1e2 ELSE c.value / 1e6 END AS t_per_t
    FROM combined.claim AS c
    JOIN facts.commodity AS k ON k.commodity_id = c.commodity
    JOIN combined.site AS s USING (site_id)
    WHERE c.attribute = 'grade' AND c.chosen AND s.kind = 'mine'
),
ore AS (
    SELECT site_id, max(ore_mt) AS ore_mt FROM contained GROUP BY site_id
),
metal AS (
    SELECT site_id, commodity, coalesce(c.tonnes, g.t_per_t * coalesce(o.ore_mt, 1) * 1e6) AS tonnes, o.ore_mt
    FROM graded AS g
    FULL JOIN contained AS c USING (site_id, commodity)
    LEFT JOIN ore AS o USING (site_id)
),
priced AS (
    SELECT
        m.site_id, m.commodity, CASE k.group_id WHEN 'rare earths' THEN k.group_id ELSE m.commodity END AS family, m.tonnes,
        least(m.tonnes, coalesce(k.world_production_t * 0.2 * (m.ore_mt * 1e6) ** 0.25, m.tonnes)) AS taken_t,
        CASE
            WHEN m.commodity <> 'rare earths' THEN r.usd_per_t
            WHEN NOT EXISTS (FROM metal AS e WHERE e.site_id = m.site_id AND e.commodity IN ('neodymium', 'praseodymium'))
                THEN 0.2 * 0.857 * (SELECT usd_per_t FROM combined.price WHERE commodity_id = 'neodymium')
        END AS usd_per_t
    FROM metal AS m
    JOIN facts.commodity AS k ON k.commodity_id = m.commodity
    JOIN combined.price AS r ON r.commodity_id = m.commodity
    WHERE m.tonnes > 0
      AND (
          m.site_id NOT IN (SELECT site_id FROM may_sell)
          OR EXISTS (FROM may_sell AS p WHERE p.site_id = m.site_id AND p.commodity = m.commodity)
      )
)
SELECT
    site_id, commodity, family, tonnes, taken_t * usd_per_t AS usd, usd / sum(usd) OVER of_site AS share
FROM priced
WINDOW of_site AS (PARTITION BY site_id ORDER BY commodity ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING);

-- in:     payable, combined.site, facts.commodity
-- out:    site_id, commodity: the main commodity; credit: value of all commodities of the site over that of the main one (1: it alone, or it has no price)
-- grain:  one row a mine with a graded commodity
-- NULL:   none
-- ref:    the most valuable one. A commodity that the site lists first and that has no price stays the main one: no price is not no worth.
--         Rare earths count together; where dysprosium and terbium are worth more than neodymium and praseodymium, the deposit is one of heavy
--         rare earths and judged on dysprosium, terbium with it; where their total is not graded, on the most valuable element
CREATE OR REPLACE TEMP TABLE main_commodity AS
WITH families AS (
    SELECT p.site_id, p.family, sum(p.usd ORDER BY p.commodity) AS usd, min(coalesce(list_position(s.commodities, p.commodity), 99)) AS place
    FROM payable AS p
    JOIN combined.site AS s USING (site_id)
    GROUP BY p.site_id, p.family
),
placed AS (
    SELECT
        *, sum(usd) OVER of_site AS usd_of_all,
        row_number() OVER (PARTITION BY site_id ORDER BY place, usd DESC NULLS LAST, family) AS listed
    FROM families
    WINDOW of_site AS (PARTITION BY site_id ORDER BY family ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
chosen AS (
    SELECT *
    FROM placed
    QUALIFY row_number() OVER (PARTITION BY site_id ORDER BY (listed = 1 AND usd IS NULL) DESC, usd DESC NULLS LAST, place, family) = 1
),
heavy AS (
    SELECT site_id
    FROM payable
    WHERE family = 'rare earths'
    GROUP BY site_id
    HAVING sum(usd) FILTER (commodity IN ('dysprosium', 'terbium')) > sum(usd) FILTER (commodity IN ('neodymium', 'praseodymium', 'rare earths'))
       AND bool_or(commodity = 'dysprosium')
)
SELECT
    c.site_id,
    CASE
        WHEN h.site_id IS NOT NULL AND c.family = 'rare earths' THEN 'dysprosium'
        ELSE (
            SELECT p.commodity
            FROM payable AS p
            WHERE p.site_id = c.site_id AND p.family = c.family
            ORDER BY p.commodity = c.family DESC, p.usd DESC NULLS LAST, p.commodity
            LIMIT 1
        )
    END AS commodity,
    coalesce(c.usd_of_all / nullif(c.usd, 0), 1) AS credit
FROM chosen AS c
LEFT JOIN heavy AS h USING (site_id)
