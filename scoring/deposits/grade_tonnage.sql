-- in:     deposit_form(type); combined.claim (chosen grades, with the tonnage of their own record), combined.site; $commodity
-- out:    site_id, name, deposit_type, form, grade, unit, ore_mt, source_id, scope, as_of, cutoff
-- grain:  one row a mine that is graded for the commodity
-- units:  grade in the commodity's unit; ore in million tonnes
-- NULL:   ore_mt: no tonnage in the record of the grade; cutoff: stated neither with the grade nor with its tonnage
-- ref:    grade-tonnage models: Cox and Singer (1986), USGS Bulletin 1693
WITH tonnage AS (
    SELECT key, ore_mt FROM combined.tonnage WHERE ore_mt > 0
),
ore AS (
    SELECT site_id, key, any_value(detail) AS detail FROM combined.claim WHERE attribute = 'tonnage_mt' GROUP BY ALL
)
SELECT
    g.site_id, s.name, s.deposit_type, deposit_form(s.deposit_type) AS form, g.value AS grade, g.unit, t.ore_mt, g.source_id, g.scope, g.as_of,
    nullif(regexp_extract(concat_ws('; ', g.detail, o.detail), '(?i)(cut-off [0-9][^;]*|[0-9][0-9.,]* ?(?:ppm|%|mg/l) cut-off)', 1), '') AS cutoff
FROM combined.claim AS g
JOIN combined.site AS s USING (site_id)
LEFT JOIN tonnage AS t USING (key)
LEFT JOIN ore AS o ON o.key = g.key AND o.site_id = g.site_id
WHERE g.attribute = 'grade' AND g.chosen AND g.commodity = $commodity AND s.kind = 'mine' AND g.value > 0
ORDER BY g.site_id
