-- in:    combined.claim, combined.owner; $attributes (list); $site_ids (list)
-- out:   site_id, attribute, commodity, value, text, unit, as_of, source_id: what is scored of these attributes; of owners their oldest date and
--        their names with shares
-- grain: one row a site, attribute and commodity
-- NULL:  value: words; as_of empty: the source gives no date
SELECT site_id, attribute, commodity, max(value) AS value, max(text) AS text, max(unit) AS unit, min(as_of) AS as_of, min(source_id) AS source_id
FROM combined.claim
WHERE chosen AND attribute <> 'owner' AND list_contains($attributes::VARCHAR[], attribute) AND list_contains($site_ids::VARCHAR[], site_id)
GROUP BY ALL
UNION ALL
SELECT
    site_id, 'owner', '', NULL,
    string_agg(owner || CASE WHEN share_pct IS NULL THEN '' ELSE ' ' || printf('%.4g', share_pct) || ' %' END, '; ' ORDER BY share_pct DESC NULLS LAST, owner),
    '', min(as_of), min(source_id)
FROM combined.owner
WHERE list_contains($attributes::VARCHAR[], 'owner') AND list_contains($site_ids::VARCHAR[], site_id)
GROUP BY site_id
ORDER BY ALL
