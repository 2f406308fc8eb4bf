-- in:     edge(held, holder, share) of holdings_edges.sql; facts.holding, combined.site, facts.country
-- out:    entity, iso3, bloc (us | japan | partner | neutral | covered | unknown), covered, named, rest (0..1), rest_bloc, traced
-- grain:  one row a site, company or holder of an edge
-- NULL:   none; iso3 empty: no source says. named: some holder is known. rest: what no stated holder has; rest_bloc: where that counts;
--         traced: a holder above whom none is known, or its own ultimate parent, of a known country
-- ref:    DOMAIN section 4. The rest of a company that is its own ultimate parent counts with the country of its seat, as does a holder
--         above whom none is known. The rest of anything else, and any rest beside a holder without a stated share, is unknown.
CREATE OR REPLACE TEMP TABLE entity AS
WITH name AS (
    SELECT held AS entity FROM edge UNION SELECT holder FROM edge
),
home AS (
    SELECT holder AS entity, arg_max(holder_iso3, (share_kind = 'seat', as_of)) AS iso3, bool_or(share_kind = 'seat') AS top
    FROM facts.holding
    WHERE holder_iso3 <> '' AND share_kind <> 'name'
    GROUP BY holder
),
stated AS (
    SELECT held AS entity, coalesce(sum(share), 0) AS share, count(*) > count(share) AS open FROM edge GROUP BY held
),
joined AS (
    SELECT
        n.entity, coalesce(s.iso3, h.iso3, '') AS iso3, s.site_id IS NULL AND coalesce(h.iso3, '') <> '' AND (t.entity IS NULL OR h.top) AS traced,
        t.entity IS NOT NULL AS named, coalesce(t.share, 0) AS share, coalesce(t.open, false) AS open
    FROM name AS n
    LEFT JOIN home AS h USING (entity)
    LEFT JOIN combined.site AS s ON s.site_id = n.entity
    LEFT JOIN stated AS t USING (entity)
)
SELECT
    entity, iso3, coalesce(bloc, 'unknown') AS bloc, coalesce(covered, false) AS covered, named, greatest(1 - share, 0) AS rest,
    CASE WHEN traced AND NOT open THEN coalesce(bloc, 'unknown') ELSE 'unknown' END AS rest_bloc, traced AND bloc IS NOT NULL AS traced
FROM joined
LEFT JOIN facts.country USING (iso3)
