-- in:     combined.site, facts.country, combined.owner, facts.legal_flag; inside_park(site_id, target)
-- out:    site_id, gate, verdict (pass | fail | unknown), evidence (code), target
-- grain:  one row a site and gate
-- ref:    covered nation: 10 USC 4872; DOE final interpretive rule, 89 FR 37079: 25 % or more, cumulated, or jurisdiction; one tier of
--         holdings above the named owner. Owners of before 2021 (older than five years) can fail a site, not clear it. A sole named owner without a stated share is taken for the whole.
WITH held AS (
    SELECT
        site_id,
        sum(CASE WHEN share_pct IS NOT NULL THEN share_pct WHEN owners = 1 THEN 100 ELSE 0 END * covered) AS covered_pct,
        coalesce(sum(CASE WHEN share_pct IS NOT NULL THEN share_pct WHEN owners = 1 THEN 100 ELSE 0 END * (1 - covered))
            FILTER (bloc NOT IN ('covered', 'unknown')), 0) AS clear_pct,
        min(as_of) < '2021' AS stale,
        bool_or(covered > 0) AS any_covered,
        arg_max(CASE WHEN ultimate_parent = '' THEN owner ELSE ultimate_parent END, covered) AS who
    FROM (
        SELECT
            *, count(*) OVER (PARTITION BY site_id) AS owners,
            CASE WHEN bloc = 'covered' THEN 1 ELSE covered_pct / 100 END AS covered
        FROM combined.owner
    )
    GROUP BY site_id
),
covered AS (
    SELECT
        s.site_id, 'covered_nation' AS gate,
        CASE
            WHEN c.covered OR h.covered_pct >= 25 THEN 'fail'
            WHEN h.clear_pct > 75 AND NOT h.stale THEN 'pass'
            ELSE 'unknown'
        END AS verdict,
        CASE
            WHEN c.covered THEN 'jurisdiction'
            WHEN h.covered_pct >= 25 THEN 'covered_share'
            WHEN h.clear_pct > 75 AND h.stale THEN 'owners_stale'
            WHEN h.clear_pct > 75 THEN 'owners_clear'
            WHEN h.any_covered THEN 'covered_minority'
            WHEN h.site_id IS NULL THEN 'no_owner'
            ELSE 'owners_untraced'
        END AS evidence,
        CASE WHEN c.covered THEN s.iso3 ELSE coalesce(h.who, '') END AS target
    FROM combined.site AS s
    LEFT JOIN facts.country AS c USING (iso3)
    LEFT JOIN held AS h USING (site_id)
),
park AS (
    SELECT
        s.site_id, 'protected_land' AS gate,
        CASE WHEN p.site_id IS NOT NULL THEN 'fail' ELSE 'unknown' END AS verdict,
        CASE WHEN p.site_id IS NOT NULL THEN 'inside_park' WHEN s.iso3 = 'USA' THEN 'outside_nps' ELSE 'no_layer' END AS evidence,
        coalesce(p.target, '') AS target
    FROM combined.site AS s
    LEFT JOIN inside_park AS p USING (site_id)
),
legal AS (
    SELECT
        s.site_id, 'legal' AS gate, CASE WHEN l.country_iso3 IS NULL THEN 'unknown' ELSE 'fail' END AS verdict,
        CASE WHEN l.country_iso3 IS NULL THEN 'no_source' ELSE l.flag END AS evidence, coalesce(l.country_iso3, '') AS target
    FROM combined.site AS s
    LEFT JOIN facts.legal_flag AS l ON l.country_iso3 = s.iso3
),
unsourced AS (
    SELECT s.site_id, g.gate, 'unknown' AS verdict, 'no_source' AS evidence, '' AS target
    FROM combined.site AS s
    CROSS JOIN (VALUES ('prc_technology'), ('prc_customers')) AS g (gate)
)
FROM covered UNION ALL FROM park UNION ALL FROM legal UNION ALL FROM unsourced
