-- in:     facts.gate; $gate, $ids (list of site ids)
-- out:    site_id of each verdict that was known, did not rest on the jurisdiction, and is unknown now
-- grain:  one row a site
-- NULL:   none
UPDATE facts.gate SET verdict = 'unknown'
WHERE gate = $gate AND list_contains($ids, site_id) AND verdict <> 'unknown' AND evidence <> 'jurisdiction'
RETURNING site_id
