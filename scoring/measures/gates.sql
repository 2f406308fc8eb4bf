-- in:     combined.site, combined.claim (legal), facts.country, combined.owner, facts.legal_flag; inside_park(site_id, target)
-- out:    site_id, gate, verdict (pass | fail | unknown), evidence (code), target
-- grain:  one row a site and gate
-- ref:    covered nation: the rule applied counts every owner seated in a covered nation (10 USC 4872), private ones too, cumulated, 25 % or
--         more, or jurisdiction; 89 FR 37079 (DOE), whose threshold it takes, counts governments and those they control. One tier of
--         holdings above the named owner. covered_any, the stricter one: any holding of theirs. Owners of before 2021 (older than five
--         years) neither fail nor clear a site. A sole named owner without a stated share is taken for its floor (combined.owner).
WITH held AS (
    SELECT
        site_id,
        coalesce(sum(floor_pct * covered) FILTER (fresh), 0) AS covered_pct,
        coalesce(sum(floor_pct * (1 - covered)) FILTER (fresh AND bloc NOT IN ('covered', 'unknown')), 0) AS clear_pct,
        NOT bool_or(fresh) AS stale,
        bool_and(bloc <> 'unknown') AS traced, bool_or(covered > 0) AS any_covered, coalesce(bool_or(covered > 0) FILTER (fresh), false) AS covered_now,
        arg_max(CASE WHEN ultimate_parent = '' THEN owner ELSE ultimate_parent END, covered) AS who
    FROM (
        SELECT *, CASE WHEN bloc = 'covered' THEN 1 ELSE covered_pct / 100 END AS covered
        FROM combined.owner
    )
    GROUP BY site_id
),
covered AS (
    SELECT
        s.site_id, 'covered_nation' AS gate,
        CASE
            WHEN c.covered OR h.covered_pct >= 25 THEN 'fail'
            WHEN h.clear_pct > 75 THEN 'pass'
            ELSE 'unknown'
        END AS verdict,
        CASE
            WHEN c.covered THEN 'jurisdiction'
            WHEN h.covered_pct >= 25 THEN 'covered_share'
            WHEN h.clear_pct > 75 THEN 'owners_clear'
            WHEN h.stale AND h.any_covered THEN 'covered_stale'
            WHEN h.stale THEN 'owners_stale'
            WHEN h.any_covered THEN 'covered_minority'
            WHEN h.site_id IS NULL THEN 'no_owner'
            WHEN h.traced THEN 'share_unstated'
            ELSE 'owners_untraced'
        END AS evidence,
        CASE WHEN c.covered THEN s.iso3 ELSE coalesce(h.who, '') END AS target
    FROM combined.site AS s
    LEFT JOIN facts.country AS c USING (iso3)
    LEFT JOIN held AS h USING (site_id)
),
covered_any AS (
    SELECT
        s.site_id, 'covered_any' AS gate,
        CASE
            WHEN c.covered OR h.covered_now THEN 'fail'
            WHEN h.clear_pct >= 99 THEN 'pass'
            ELSE 'unknown'
        END AS verdict,
        CASE
            WHEN c.covered THEN 'jurisdiction'
            WHEN h.covered_now THEN 'covered_holder'
            WHEN h.clear_pct >= 99 THEN 'owners_all_clear'
            WHEN h.site_id IS NULL THEN 'no_owner'
            WHEN h.stale THEN 'owners_stale'
            WHEN h.traced THEN 'share_unstated'
            ELSE 'owners_untraced'
        END AS evidence,
        CASE WHEN c.covered THEN s.iso3 WHEN h.covered_now THEN h.who ELSE '' END AS target
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
        s.site_id, 'legal' AS gate,
        CASE WHEN l.country_iso3 IS NOT NULL OR f.text IN (
            'embargo', 'occupied territory', 'sanctions', 'court suspension', 'title cancelled', 'permit revoked', 'land withdrawn', 'moratorium'
        ) THEN 'fail' ELSE 'unknown' END AS verdict,
        CASE WHEN l.country_iso3 IS NOT NULL THEN l.flag ELSE coalesce(f.text, 'no_source') END AS evidence,
        CASE WHEN l.country_iso3 IS NOT NULL THEN l.country_iso3 ELSE coalesce(f.as_of, '') END AS target
    FROM combined.site AS s
    LEFT JOIN facts.legal_flag AS l ON l.country_iso3 = s.iso3
    LEFT JOIN (
        SELECT site_id, any_value(text) AS text, any_value(as_of) AS as_of
        FROM combined.claim WHERE attribute = 'legal' AND chosen GROUP BY site_id
    ) AS f USING (site_id)
)
FROM covered UNION ALL FROM covered_any UNION ALL FROM park UNION ALL FROM legal
