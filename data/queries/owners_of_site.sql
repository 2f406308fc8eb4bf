-- in: $site_id   out: owners looked through to the ultimate parent, largest share first
SELECT owner, share_pct, share_stated, company, ultimate_parent, parent_iso3, bloc, as_of, source_id, url, parent_url
FROM combined.owner WHERE site_id = $site_id ORDER BY share_pct DESC NULLS LAST, owner
