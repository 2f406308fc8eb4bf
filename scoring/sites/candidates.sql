-- in:     combined.site, combined.gate, combined.project, combined.step, combined.measurement (product_months,
--         product_chance, offtake_destination: its target lists the buyers), combined.owner, combined.claim (stage, funding_state, capex), facts.buyer, facts.country;
--         $site_ids (list)
-- out:    site_id, stage, bar (gate that fails: 'legal' | 'covered_nation' | ''), step, basis ('stage' | 'need' | 'own' | ''), stated (date of
--         the stage), months, months_low, months_high (expected months to product), chance_pct (of product), blocs (list of struct of fresh owners,
--         most first: bloc, pct, basis: 'stated', 'likely' of a sole owner without a stated share, 'least' where some shares are not stated),
--         owners_stale (owners are named, none of them lately),
--         funding, funding_as_of, capex, capex_unit, capex_as_of (newest that a source states), gates_failed (list, without the stricter rule of
--         ownership), gates_unknown (how many), buyers (list of struct of US and Japanese buyers that a source names: buyer, iso3),
--         buyers_as_of (of the newest statement of a buyer), owners_clear (the gate covered_nation passes)
-- grain:  one row a site, in the order of $site_ids
-- NULL:   months, capex: unknown; blocs: no owner is named; gates_failed: none; funding: no source says
WITH asked AS (
    SELECT unnest($site_ids::VARCHAR[]) AS site_id, unnest(range(len($site_ids::VARCHAR[]))) AS place
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
        site_id, max(gate) FILTER (verdict = 'fail' AND gate IN ('legal', 'covered_nation')) AS bar,
        list(gate ORDER BY gate) FILTER (verdict = 'fail' AND gate_counts(gate, false)) AS gates_failed, count(*) FILTER (verdict = 'unknown') AS gates_unknown,
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
taken AS (
    SELECT n.site_id, list({'buyer': b.buyer, 'iso3': b.country_iso3} ORDER BY b.buyer) AS buyers, max(n.as_of) AS buyers_as_of
    FROM (
        SELECT site_id, as_of, unnest(string_split(target, '; ')) AS buyer FROM combined.measurement WHERE criterion_id = 'offtake_destination'
    ) AS n
    JOIN facts.buyer AS b USING (buyer)
    JOIN facts.country AS c ON c.iso3 = b.country_iso3
    WHERE c.bloc IN ('us', 'japan')
    GROUP BY n.site_id
),
money AS (
    SELECT site_id, max_by(text, as_of) AS funding, max(as_of) AS funding_as_of
    FROM combined.claim WHERE attribute = 'funding_state' AND text <> '' GROUP BY site_id
)
SELECT
    a.site_id, s.stage, coalesce(v.bar, '') AS bar, t.step, coalesce(p.basis, '') AS basis, coalesce(d.stated, '') AS stated,
    n.months, n.months_low, n.months_high, n.chance_pct, h.blocs, coalesce(h.owners_stale, false) AS owners_stale, coalesce(m.funding, '') AS funding,
    coalesce(m.funding_as_of, '') AS funding_as_of, k.capex, coalesce(k.capex_unit, '') AS capex_unit,
    coalesce(k.capex_as_of, '') AS capex_as_of, v.gates_failed, coalesce(v.gates_unknown, 0) AS gates_unknown,
    coalesce(v.owners_clear, false) AS owners_clear, g.buyers, coalesce(g.buyers_as_of, '') AS buyers_as_of
FROM asked AS a
JOIN combined.site AS s USING (site_id)
LEFT JOIN cost AS k USING (site_id)
LEFT JOIN combined.step AS t USING (site_id)
LEFT JOIN combined.project AS p USING (site_id)
LEFT JOIN staged AS d USING (site_id)
LEFT JOIN months AS n USING (site_id)
LEFT JOIN held AS h USING (site_id)
LEFT JOIN money AS m USING (site_id)
LEFT JOIN verdicts AS v USING (site_id)
LEFT JOIN taken AS g USING (site_id)
ORDER BY a.place
