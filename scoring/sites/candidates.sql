-- in:     combined.site, combined.gate, combined.project, combined.step, combined.measurement (gap_closed, gap_closed_japan,
--         product_months, product_chance), combined.owner, combined.claim (stage, funding_state, capex), facts.commodity; $site_ids (list); $commodity of interest,
--         or ''
-- out:    site_id, stage, bar (gate that fails: 'legal' | 'covered_nation' | ''), step, basis ('stage' | 'need' | 'own' | ''), stated (date of
--         the stage), gap_of (one commodity for both gaps), gap_us_pct, gap_us_low, gap_us_high, gap_japan_pct, gap_japan_low, gap_japan_high (share of
--         the country's net imports of gap_of, 0..100), months, months_low, months_high (expected months to product),
--         chance_pct (of product), blocs (list of struct of fresh owners, most
--         first: bloc, pct, basis: 'stated', 'likely' of a sole owner without a stated share, 'least' where some shares are not stated), owners_stale (owners are named, none of them lately),
--         funding, funding_as_of, capex, capex_unit, capex_as_of (newest that a source states), gates_failed (list, without the stricter rule of
--         ownership), gates_unknown (how many), owners_clear (the gate covered_nation passes)
-- grain:  one row a site, in the order of $site_ids
-- NULL:   gaps, months, capex: unknown; blocs: no owner is named; gates_failed: none; funding: no source says
WITH asked AS (
    SELECT unnest($site_ids::VARCHAR[]) AS site_id, unnest(range(len($site_ids::VARCHAR[]))) AS place
),
closed AS (
    SELECT
        m.criterion_id, m.site_id, m.commodity, m.target,
        least(100, 100 * m.value / k.leading_share_pct) AS pct, least(100, 100 * m.low / k.leading_share_pct) AS low,
        least(100, 100 * m.high / k.leading_share_pct) AS high
    FROM combined.measurement AS m
    JOIN facts.commodity AS k ON k.commodity_id = m.target
    WHERE m.criterion_id IN ('gap_closed', 'gap_closed_japan') AND k.leading_share_pct > 0 AND m.site_id IN (SELECT site_id FROM asked)
),
-- What the site sells first, where either country has a figure of it: both gaps are told of one commodity.
sold AS (
    SELECT c.site_id, c.target AS gap_of
    FROM closed AS c
    JOIN combined.site AS s USING (site_id)
    LEFT JOIN facts.commodity AS main ON main.commodity_id = s.commodities[1]
    WHERE c.commodity IN ('', $commodity)
    QUALIFY row_number() OVER (
        PARTITION BY c.site_id
        ORDER BY c.commodity = $commodity DESC, coalesce(c.target IN (main.commodity_id, main.group_id), false) DESC, c.criterion_id
    ) = 1
),
of_it AS (
    SELECT c.*
    FROM closed AS c
    JOIN sold AS o ON o.site_id = c.site_id AND o.gap_of = c.target
    QUALIFY row_number() OVER (
        PARTITION BY c.criterion_id, c.site_id ORDER BY c.commodity = $commodity DESC, c.commodity = '' DESC, c.commodity = c.target DESC, c.commodity
    ) = 1
),
gap AS (
    SELECT
        site_id, max(target) AS gap_of,
        max(pct) FILTER (criterion_id = 'gap_closed') AS gap_us_pct, max(low) FILTER (criterion_id = 'gap_closed') AS gap_us_low,
        max(high) FILTER (criterion_id = 'gap_closed') AS gap_us_high, max(pct) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_pct,
        max(low) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_low, max(high) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_high
    FROM of_it GROUP BY site_id
),
bars AS (
    SELECT site_id, max(gate) AS bar FROM combined.gate WHERE verdict = 'fail' AND gate IN ('legal', 'covered_nation') GROUP BY site_id
),
cost AS (
    SELECT site_id, max_by(value, as_of) AS capex, max_by(unit, as_of) AS capex_unit, max(as_of) AS capex_as_of
    FROM combined.claim WHERE attribute = 'capex' AND chosen AND value IS NOT NULL GROUP BY site_id
),
staged AS (
    SELECT site_id, max(as_of) AS stated FROM combined.claim WHERE attribute = 'stage' AND chosen GROUP BY site_id
),
months AS (
    SELECT
        site_id, max(value) FILTER (criterion_id = 'product_months') AS months, max(low) FILTER (criterion_id = 'product_months') AS months_low,
        max(high) FILTER (criterion_id = 'product_months') AS months_high, max(value) FILTER (criterion_id = 'product_chance') AS chance_pct
    FROM combined.measurement WHERE criterion_id IN ('product_months', 'product_chance') GROUP BY site_id
),
verdicts AS (
    SELECT
        site_id, list(gate ORDER BY gate) FILTER (verdict = 'fail' AND gate_counts(gate, false)) AS gates_failed, count(*) FILTER (verdict = 'unknown') AS gates_unknown,
        bool_or(gate = 'covered_nation' AND verdict = 'pass') AS owners_clear
    FROM combined.gate WHERE gate <> 'covered_any' GROUP BY site_id
),
held AS (
    SELECT
        site_id, NOT bool_or(fresh) AS owners_stale,
        list({'bloc': bloc, 'pct': pct, 'basis': basis} ORDER BY pct DESC, bloc) FILTER (fresh) AS blocs
    FROM (
        SELECT
            site_id, bloc, fresh,
            CASE WHEN bool_and(share_pct IS NOT NULL) THEN 'stated' WHEN max(owners) = 1 THEN 'likely' ELSE 'least' END AS basis,
            CASE WHEN max(owners) = 1 THEN sum(point_pct) ELSE sum(floor_pct) END AS pct
        FROM (SELECT *, count(*) OVER (PARTITION BY site_id) AS owners FROM combined.owner)
        GROUP BY site_id, bloc, fresh
    )
    GROUP BY site_id
),
money AS (
    SELECT site_id, max_by(text, as_of) AS funding, max(as_of) AS funding_as_of
    FROM combined.claim WHERE attribute = 'funding_state' AND text <> '' GROUP BY site_id
)
SELECT
    a.site_id, s.stage, coalesce(b.bar, '') AS bar, t.step, coalesce(p.basis, '') AS basis, coalesce(d.stated, '') AS stated,
    coalesce(g.gap_of, '') AS gap_of, g.gap_us_pct, g.gap_us_low, g.gap_us_high, g.gap_japan_pct, g.gap_japan_low, g.gap_japan_high,
    n.months, n.months_low, n.months_high, n.chance_pct, h.blocs, coalesce(h.owners_stale, false) AS owners_stale, coalesce(m.funding, '') AS funding,
    coalesce(m.funding_as_of, '') AS funding_as_of, k.capex, coalesce(k.capex_unit, '') AS capex_unit,
    coalesce(k.capex_as_of, '') AS capex_as_of, v.gates_failed, coalesce(v.gates_unknown, 0) AS gates_unknown,
    coalesce(v.owners_clear, false) AS owners_clear
FROM asked AS a
JOIN combined.site AS s USING (site_id)
LEFT JOIN bars AS b USING (site_id)
LEFT JOIN cost AS k USING (site_id)
LEFT JOIN combined.step AS t USING (site_id)
LEFT JOIN combined.project AS p USING (site_id)
LEFT JOIN staged AS d USING (site_id)
LEFT JOIN gap AS g USING (site_id)
LEFT JOIN months AS n USING (site_id)
LEFT JOIN held AS h USING (site_id)
LEFT JOIN money AS m USING (site_id)
LEFT JOIN verdicts AS v USING (site_id)
ORDER BY a.place
