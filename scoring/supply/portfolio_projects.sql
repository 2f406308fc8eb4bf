-- in:     combined.project, combined.site, combined.claim (capex, feed; chosen), combined.gate, facts.country
-- out:    site_id, name, commodities (and the groups that they belong to), iso3, kind, stage, bloc ('us' | 'japan' | 'partner' | 'neutral' | 'covered'), cost, cost_low, cost_high (in cost_unit), cost_unit,
--         cost_as_of, cost_scope, cost_url, feed (words of the newest statement), feed_pct (share of feed under contract), feed_url,
--         offtake (newest statement), failed (gates that it fails), cleared (its owners are known to pass), funded
-- grain:  one row a project
-- units:  cost in millions of the currency of cost_unit, or as cost_unit says (KRW bn, INR crore)
-- NULL:   cost: no source states a capital cost; feed_pct: not stated
WITH cost AS (
    SELECT site_id, value, low, high, unit, as_of, scope, url
    FROM combined.claim
    WHERE attribute = 'capex' AND chosen
    QUALIFY row_number() OVER (PARTITION BY site_id ORDER BY as_of DESC, key) = 1
),
feed AS (
    SELECT site_id, text, CASE WHEN unit = '%' THEN value END AS pct, url
    FROM combined.claim
    WHERE attribute = 'feed' AND chosen AND NOT regexp_matches(scope, '\b(ended|lost|insolvency)\b', 'i')
    QUALIFY row_number() OVER (PARTITION BY site_id ORDER BY as_of DESC, key) = 1
),
secured AS (
    SELECT site_id, max(value) AS pct FROM combined.claim WHERE attribute = 'feed_secured_pct' AND chosen GROUP BY site_id
),
sold AS (
    SELECT site_id, text || CASE WHEN scope = '' THEN '' ELSE ' (' || scope || ')' END AS offtake
    FROM combined.claim
    WHERE attribute = 'offtake' AND chosen AND text <> ''
    QUALIFY row_number() OVER (PARTITION BY site_id ORDER BY as_of DESC, key, text) = 1
),
money AS (
    SELECT site_id, max_by(text, as_of) AS state
    FROM combined.claim WHERE attribute = 'funding_state' AND text <> '' AND method <> 'unconfirmed' GROUP BY site_id
),
gates AS (
    SELECT
        site_id, list(gate ORDER BY gate) FILTER (verdict = 'fail' AND gate IN ('covered_nation', 'protected_land', 'legal')) AS failed,
        bool_or(gate = 'covered_nation' AND verdict = 'pass') AS cleared
    FROM combined.gate
    GROUP BY site_id
)
SELECT
    s.site_id, s.name, list_concat(s.commodities, (SELECT list(DISTINCT group_id) FROM facts.commodity WHERE list_contains(s.commodities, commodity_id))) AS commodities,
    s.iso3, s.kind, s.stage, coalesce(n.bloc, 'neutral') AS bloc, c.value AS cost, c.low AS cost_low, c.high AS cost_high,
    coalesce(c.unit, '') AS cost_unit, coalesce(c.as_of, '') AS cost_as_of, coalesce(c.scope, '') AS cost_scope, coalesce(c.url, '') AS cost_url,
    coalesce(f.text, '') AS feed, coalesce(r.pct, f.pct) AS feed_pct, coalesce(f.url, '') AS feed_url, coalesce(o.offtake, '') AS offtake,
    coalesce(g.failed, []) AS failed, coalesce(g.cleared, false) AS cleared, coalesce(m.state = 'funded', false) AS funded
FROM combined.project AS p
JOIN combined.site AS s USING (site_id)
LEFT JOIN facts.country AS n USING (iso3)
LEFT JOIN cost AS c USING (site_id)
LEFT JOIN feed AS f USING (site_id)
LEFT JOIN secured AS r USING (site_id)
LEFT JOIN sold AS o USING (site_id)
LEFT JOIN money AS m USING (site_id)
LEFT JOIN gates AS g USING (site_id)
ORDER BY s.site_id
