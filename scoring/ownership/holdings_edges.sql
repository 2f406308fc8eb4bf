-- in:     facts.holding, combined.owner
-- out:    held, holder, share (0..1 of held), basis (stated | sole | parent), as_of, source_url
-- grain:  one row a held and holder; held is a site_id or the one name of a company
-- NULL:   share: the holder is named and its share is not stated, or the stated shares of held add up to more than 1.01
-- ref:    newest statement of a pair counts; options are not holdings until exercised. A sole owner of a site without a stated share is
--         taken for its floor (combined.owner), a parent without a stated share for what the stated holders leave: assumptions, told apart by basis.
CREATE OR REPLACE TEMP TABLE edge AS
WITH stated AS (
    SELECT
        o.site_id AS held, coalesce(n.holder, o.owner) AS holder, o.as_of, o.url AS source_url,
        CASE WHEN o.share_pct IS NULL AND o.floor_pct = 0 THEN NULL ELSE o.floor_pct / 100 END AS share,
        CASE WHEN o.share_pct IS NULL AND o.floor_pct > 0 THEN 'sole' ELSE 'stated' END AS basis
    FROM combined.owner AS o
    LEFT JOIN facts.holding AS n ON n.held = o.owner AND n.share_kind = 'name'
    UNION ALL
    SELECT held, holder, as_of, source_url, share_pct / 100, 'stated'
    FROM facts.holding
    WHERE share_kind IN ('equity', 'votes') AND holder <> held
    QUALIFY row_number() OVER (PARTITION BY held, holder ORDER BY as_of DESC, share_kind, share_pct DESC NULLS LAST) = 1
),
merged AS (
    SELECT
        held, holder, CASE WHEN count(share) = count(*) THEN sum(share) END AS share, min(basis) AS basis,
        min(as_of) AS as_of, min(source_url) AS source_url
    FROM stated
    GROUP BY held, holder
),
whole AS (
    SELECT held, coalesce(sum(share), 0) AS total, count(*) > count(share) AS open FROM merged GROUP BY held
)
SELECT held, holder, CASE WHEN total <= 1.01 THEN share / greatest(total, 1) END AS share, basis, as_of, source_url
FROM merged
JOIN whole USING (held)
UNION ALL
SELECT p.held, p.holder, CASE WHEN coalesce(w.open, false) THEN NULL ELSE 1 - coalesce(w.total, 0) END, 'parent', p.as_of, p.source_url
FROM facts.holding AS p
LEFT JOIN whole AS w USING (held)
WHERE p.share_kind = 'parent' AND coalesce(w.total, 0) < 1 AND NOT EXISTS (FROM merged AS m WHERE m.held = p.held AND m.holder = p.holder)
