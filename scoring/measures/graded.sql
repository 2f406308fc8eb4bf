-- in:     combined.claim (chosen grades), combined.site; deposit_form(type); payable(site_id, commodity, family, usd)
-- out:    site_id, commodity, grade, source_id, as_of, deposit_type, form, equivalent
-- grain:  one row a mine, graded commodity and way to count: its own grade (equivalent: false), and with by-products
-- units:  grade in the unit of the commodity
-- NULL:   none
-- ref:    equivalent grade = grade x value of all priced commodities of the ore / value of the one: by-products count at prices, not recovered; that of
--         dysprosium counts terbium alone
CREATE OR REPLACE TEMP TABLE graded AS
WITH credited AS (
    SELECT
        site_id, commodity,
        CASE commodity
            WHEN 'dysprosium' THEN sum(usd) FILTER (commodity IN ('dysprosium', 'terbium')) OVER by_site / usd
            WHEN 'rare earths' THEN sum(usd) OVER by_site / sum(usd) FILTER (family = 'rare earths') OVER by_site
            ELSE sum(usd) OVER by_site / usd
        END AS credit
    FROM payable
    WINDOW by_site AS (PARTITION BY site_id)
),
own AS (
    SELECT
        c.site_id, c.commodity, c.value AS grade, c.source_id, c.as_of, s.deposit_type,
        deposit_form(s.deposit_type) AS form
    FROM combined.claim AS c
    JOIN combined.site AS s USING (site_id)
    WHERE c.attribute = 'grade' AND c.chosen AND s.kind = 'mine'
)
SELECT *, false AS equivalent FROM own
UNION ALL
SELECT o.* REPLACE (o.grade * coalesce(c.credit, 1) AS grade), true
FROM own AS o
LEFT JOIN credited AS c USING (site_id, commodity)
