-- in:     combined.project, combined.site, stated_tonnes, contained, payable (scoring/measures), facts.commodity
-- out:    site_id, commodity, group_id, kind, brine, tonnes (t/y as stated), low, high, words (what the tonnes are of), origin ('planned' | 'capacity' | 'resource'),
--         as_of, scope, url, source_id
-- grain:  one row a project and commodity; a planned output stands before a capacity, which stands before the resource
-- units:  planned: tonnes of the product that the words name; capacity, resource: tonnes of the grade basis
-- NULL:   low, high: no range stated
-- ref:    resource: contained metal over 0.2 x tonnes of ore ^ 0.25 years: Taylor (1986), Trans. IMM 95, A203. Only what is a tenth of the value of
--         the ore or more
WITH family AS (
    SELECT site_id, family, sum(share) AS share FROM payable GROUP BY site_id, family
),
resource AS (
    SELECT
        c.site_id, c.commodity, c.tonnes / (0.2 * (c.ore_mt * 1e6) ** 0.25) AS tonnes, NULL AS low, NULL AS high, '' AS words, 'resource' AS origin,
        c.as_of, '' AS scope, '' AS url, c.source_id
    FROM contained AS c
    JOIN facts.commodity AS k ON k.commodity_id = c.commodity
    LEFT JOIN family AS f ON f.site_id = c.site_id AND f.family = CASE k.group_id WHEN 'rare earths' THEN k.group_id ELSE c.commodity END
    WHERE c.ore_mt > 0 AND (f.share >= 0.1 OR c.commodity = 'rare earths' AND f.share IS NULL)
),
every AS (
    SELECT site_id, commodity, tonnes, low, high, words, origin, as_of, scope, url, source_id
    FROM stated_tonnes
    UNION ALL BY NAME
    FROM resource
)
SELECT
    e.site_id, e.commodity, k.group_id, s.kind, regexp_matches(s.deposit_type, 'brine|salar', 'i') AS brine, e.tonnes, e.low, e.high,
    e.words, e.origin, e.as_of, e.scope, e.url, e.source_id
FROM every AS e
JOIN combined.project AS p USING (site_id)
JOIN combined.site AS s USING (site_id)
JOIN facts.commodity AS k ON k.commodity_id = e.commodity
ORDER BY e.site_id, e.commodity, array_position(['planned', 'capacity', 'resource'], e.origin)
