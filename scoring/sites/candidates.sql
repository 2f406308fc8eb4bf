-- in:     combined.site, combined.gate, combined.project, combined.step, combined.measurement (gap_closed, gap_closed_japan,
--         permitting_months), combined.owner, combined.claim (funding_state, capex), facts.commodity; $site_ids (list); $commodity of interest,
--         or ''
-- out:    site_id, stage, bar (gate that fails: 'legal' | 'covered_nation' | ''), step, basis ('stage' | 'need' | 'own' | ''), stated (date of
--         the stage), gap_us_pct, gap_japan_pct (share of the country's import gap, 0..100), gap_of (commodity), months, months_low,
--         months_high, blocs (list of struct: bloc, pct; of fresh owners, most first), owners_stale (owners are named, none of them lately),
--         funding, funding_as_of, capex, capex_unit, capex_as_of (newest that a source states)
-- grain:  one row a site, in the order of $site_ids
-- NULL:   gap_us_pct, gap_japan_pct, months, capex: unknown; blocs: no owner is named; funding: no source says
WITH asked AS (
    SELECT unnest($site_ids::VARCHAR[]) AS site_id, unnest(range(len($site_ids::VARCHAR[]))) AS place
),
closed AS (
    SELECT m.criterion_id, m.site_id, least(100, 100 * m.value / k.leading_share_pct) AS pct, m.target AS gap_of
    FROM combined.measurement AS m
    JOIN facts.commodity AS k ON k.commodity_id = m.target
    WHERE m.criterion_id IN ('gap_closed', 'gap_closed_japan') AND k.leading_share_pct > 0 AND m.commodity IN ('', $commodity)
    QUALIFY row_number() OVER (PARTITION BY m.criterion_id, m.site_id ORDER BY m.commodity = $commodity DESC) = 1
),
gap AS (
    SELECT
        site_id, max(pct) FILTER (criterion_id = 'gap_closed') AS gap_us_pct, max(pct) FILTER (criterion_id = 'gap_closed_japan') AS gap_japan_pct,
        coalesce(max(gap_of) FILTER (criterion_id = 'gap_closed'), max(gap_of)) AS gap_of
    FROM closed GROUP BY site_id
),
bars AS (
    SELECT site_id, max(gate) AS bar FROM combined.gate WHERE verdict = 'fail' AND gate IN ('legal', 'covered_nation') GROUP BY site_id
),
cost AS (
    SELECT site_id, max_by(value, as_of) AS capex, max_by(unit, as_of) AS capex_unit, max(as_of) AS capex_as_of
    FROM combined.claim WHERE attribute = 'capex' AND chosen AND value IS NOT NULL GROUP BY site_id
),
months AS (
    SELECT site_id, value AS months, low AS months_low, high AS months_high FROM combined.measurement WHERE criterion_id = 'permitting_months'
),
held AS (
    SELECT
        site_id, NOT bool_or(fresh) AS owners_stale,
        list({'bloc': bloc, 'pct': pct} ORDER BY pct DESC, bloc) FILTER (fresh) AS blocs
    FROM (SELECT site_id, bloc, fresh, sum(point_pct) AS pct FROM combined.owner GROUP BY ALL)
    GROUP BY site_id
),
money AS (
    SELECT site_id, max_by(text, as_of) AS funding, max(as_of) AS funding_as_of
    FROM combined.claim WHERE attribute = 'funding_state' AND text <> '' GROUP BY site_id
)
SELECT
    a.site_id, s.stage, coalesce(b.bar, '') AS bar, t.step, coalesce(p.basis, '') AS basis, coalesce(p.stated, '') AS stated, g.gap_us_pct, g.gap_japan_pct, coalesce(g.gap_of, '') AS gap_of,
    n.months, n.months_low, n.months_high, h.blocs, coalesce(h.owners_stale, false) AS owners_stale, coalesce(m.funding, '') AS funding,
    coalesce(m.funding_as_of, '') AS funding_as_of, k.capex, coalesce(k.capex_unit, '') AS capex_unit,
    coalesce(k.capex_as_of, '') AS capex_as_of
FROM asked AS a
JOIN combined.site AS s USING (site_id)
LEFT JOIN bars AS b USING (site_id)
LEFT JOIN cost AS k USING (site_id)
LEFT JOIN combined.step AS t USING (site_id)
LEFT JOIN combined.project AS p USING (site_id)
LEFT JOIN gap AS g USING (site_id)
LEFT JOIN months AS n USING (site_id)
LEFT JOIN held AS h USING (site_id)
LEFT JOIN money AS m USING (site_id)
ORDER BY a.place
