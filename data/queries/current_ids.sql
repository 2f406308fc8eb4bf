-- in:    facts.former_id; $ids (list)
-- out:   former_id, site_id: of those ids that are former ones
-- grain: one row a former id
SELECT former_id, min(site_id) AS site_id FROM facts.former_id WHERE list_contains($ids::VARCHAR[], former_id) GROUP BY former_id
