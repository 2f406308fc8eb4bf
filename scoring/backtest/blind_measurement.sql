-- in:     facts.measurement; $criterion, $ids (list of site ids)
-- out:    site_id of each measurement that was deleted
-- grain:  one row a site and commodity
-- NULL:   none
DELETE FROM facts.measurement
WHERE criterion_id = $criterion AND list_contains($ids, site_id)
RETURNING site_id
