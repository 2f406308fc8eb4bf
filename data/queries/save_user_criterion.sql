-- in:  $criterion_id, $definition (JSON), $at, $owner
-- out: the criterion is kept; one of the same id is replaced, and keeps its place
INSERT INTO own_criterion (criterion_id, definition, added_at, owner) VALUES ($criterion_id, $definition, $at, $owner)
ON CONFLICT DO UPDATE SET definition = excluded.definition
