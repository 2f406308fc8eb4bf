-- in:     edge, entity of holdings_edges.sql and holdings_entities.sql; $root (entity), $depth (tiers), $least (0..1 of root), $fresh (year)
-- out:    path (VARCHAR[], root first), kind (holder | unstated | rest | unknown | cut), share and total (0..1 of the one below and of root),
--         counted (0..1 of root), bloc, iso3, basis, as_of, source_url, stale (of before $fresh), ends (nothing above)
-- grain:  one row a path; the totals of the rows that end sum to 1
-- NULL:   share, total, counted: the holder is named, its share is not stated. Bloc unknown: not stated
-- ref:    total multiplies the shares of the path; counted takes 0.5 or more, and a parent, for the whole (89 FR 37079).
--         Cut, so that it ends: a holder that is already in the path, tiers beyond $depth, parts below $least. What is cut is unknown.
WITH RECURSIVE walk AS (
    SELECT [$root::VARCHAR] AS path, $root::VARCHAR AS entity, 1::DOUBLE AS share, 1::DOUBLE AS total, 1::DOUBLE AS counted, '' AS basis,
        '' AS as_of, '' AS source_url, false AS cut
    UNION ALL
    SELECT
        list_append(w.path, e.holder), e.holder, e.share, w.total * e.share,
        w.counted * CASE WHEN e.share >= 0.5 - 1e-9 OR e.basis = 'parent' THEN 1 ELSE e.share END,
        e.basis, e.as_of, e.source_url, list_contains(w.path, e.holder) OR len(w.path) >= $depth OR w.total * e.share < $least
    FROM walk AS w
    JOIN edge AS e ON e.held = w.entity
    WHERE NOT w.cut AND w.total IS NOT NULL AND (e.share IS NULL OR e.share > 0)
)
SELECT
    path, CASE WHEN total IS NULL THEN 'unstated' WHEN cut THEN 'cut' ELSE 'holder' END AS kind, share, total, counted,
    CASE WHEN cut AND total IS NOT NULL THEN 'unknown' ELSE n.bloc END AS bloc, n.iso3, basis, as_of, source_url,
    basis <> '' AND as_of < $fresh AS stale, total IS NOT NULL AND (cut OR NOT n.named) AS ends
FROM walk
JOIN entity AS n USING (entity)
UNION ALL
SELECT
    list_append(path, ''), CASE n.rest_bloc WHEN 'unknown' THEN 'unknown' ELSE 'rest' END, n.rest, total * n.rest, NULL,
    n.rest_bloc, CASE n.rest_bloc WHEN 'unknown' THEN '' ELSE n.iso3 END, '', '', '', false, true
FROM walk
JOIN entity AS n USING (entity)
WHERE NOT cut AND total IS NOT NULL AND n.named AND n.rest > 1e-9
ORDER BY total DESC NULLS LAST, path
