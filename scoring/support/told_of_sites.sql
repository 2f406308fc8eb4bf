-- in:     combined.site, combined.owner, combined.claim (offtake, weak ones too), combined.gate (covered_any); $site_ids (list; NULL: all)
-- out:    site_id, iso3, kind, stage, commodities, owners (list of struct: as_of, parent_iso3, share_pct), offtakes (list of texts), covered_any
-- grain:  one row a site
-- NULL:   share_pct: not stated; owners, offtakes: none named
SELECT s.site_id, s.iso3, s.kind, s.stage, s.commodities, o.owners, c.offtakes, coalesce(g.verdict, 'unknown') AS covered_any
FROM combined.site AS s
LEFT JOIN (
    SELECT site_id, list({'as_of': as_of, 'parent_iso3': parent_iso3, 'share_pct': share_pct}) AS owners FROM combined.owner GROUP BY site_id
) AS o USING (site_id)
LEFT JOIN (
    SELECT site_id, list(text) AS offtakes FROM combined.claim WHERE attribute = 'offtake' GROUP BY site_id
) AS c USING (site_id)
LEFT JOIN (SELECT site_id, verdict FROM combined.gate WHERE gate = 'covered_any') AS g USING (site_id)
WHERE $site_ids::VARCHAR[] IS NULL OR list_contains($site_ids::VARCHAR[], s.site_id)
ORDER BY s.site_id
