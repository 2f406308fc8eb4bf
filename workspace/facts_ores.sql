-- in:  combined.claim, combined.site
-- out: site_id: mines of whose ore a grade or the contained metal is known
-- grain: one row a site
SELECT DISTINCT c.site_id
FROM combined.claim AS c
JOIN combined.site AS s USING (site_id)
WHERE s.kind = 'mine' AND c.chosen AND c.attribute IN ('grade', 'contained_t')
