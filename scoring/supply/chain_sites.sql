-- in:     combined.site, combined.project, combined.owner, combined.gate, combined.measurement (product_months), facts.product, facts.commodity,
--         facts.country; $commodities (list of commodity ids; elements of a group stand for it)
-- out:    site_id, name, aliases, iso3, kind, stage, lon, lat, deposit_type, commodity (of $commodities), host_bloc, blocs (list of struct of fresh owners,
--         most first: bloc, pct), covered (the gate of covered nations fails, or the host is one), project (it is one), months, months_low, months_high
--         (to product: expected, P10, P90), companies (names of owners and parents)
-- grain:  one row a site and commodity that it is built to sell; of a site outside the ledgers, its first commodity
-- NULL:   blocs, companies: no owner is named since 2021; months: unknown or it runs
WITH sold AS (
    SELECT DISTINCT s.site_id, coalesce(nullif(k.group_id, ''), k.commodity_id) AS commodity
    FROM combined.site AS s
    LEFT JOIN facts.product AS p USING (site_id)
    JOIN facts.commodity AS k ON k.commodity_id = coalesce(p.commodity, s.commodities[1])
    WHERE list_contains($commodities::VARCHAR[], coalesce(nullif(k.group_id, ''), k.commodity_id))
),
held AS (
    SELECT site_id, list({'bloc': bloc, 'pct': pct} ORDER BY pct DESC, bloc) AS blocs
    FROM (SELECT site_id, bloc, least(100, sum(point_pct)) AS pct FROM combined.owner WHERE fresh GROUP BY site_id, bloc)
    GROUP BY site_id
),
named AS (
    SELECT site_id, list_sort(list_distinct(list_concat(list(owner), list(company), list(ultimate_parent)))) AS companies FROM combined.owner GROUP BY site_id
),
barred AS (
    SELECT site_id, bool_or(verdict = 'fail') AS fails FROM combined.gate WHERE gate = 'covered_nation' GROUP BY site_id
),
months AS (
    SELECT site_id, max(value) AS months, max(low) AS months_low, max(high) AS months_high
    FROM combined.measurement WHERE criterion_id = 'product_months' AND commodity = '' GROUP BY site_id
)
SELECT
    s.site_id, s.name, s.aliases, s.iso3, s.kind, s.stage, s.lon, s.lat, s.deposit_type, d.commodity, coalesce(c.bloc, 'unknown') AS host_bloc, h.blocs,
    coalesce(b.fails, false) OR coalesce(c.covered, false) AS covered, p.site_id IS NOT NULL AS project, m.months, m.months_low, m.months_high, n.companies
FROM sold AS d
JOIN combined.site AS s USING (site_id)
LEFT JOIN facts.country AS c USING (iso3)
LEFT JOIN held AS h USING (site_id)
LEFT JOIN named AS n USING (site_id)
LEFT JOIN barred AS b USING (site_id)
LEFT JOIN months AS m USING (site_id)
LEFT JOIN combined.project AS p USING (site_id)
ORDER BY s.site_id, d.commodity
