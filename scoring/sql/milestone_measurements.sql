-- in:  incoming: columns of facts.measurement for some of $site_ids; $criterion_id
-- out: the rows replace what was measured of that criterion for $site_ids
DELETE FROM facts.measurement WHERE criterion_id = $criterion_id AND list_contains($site_ids, site_id);
INSERT INTO facts.measurement BY NAME SELECT * REPLACE (reference_n::INTEGER AS reference_n) FROM incoming;
