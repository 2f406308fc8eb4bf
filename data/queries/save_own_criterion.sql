-- in:  $criterion_id, $definition (JSON), $at
-- out: the criterion is kept; one of the same id is replaced, and keeps its place
INSERT INTO own_criterion VALUES ($criterion_id, $definition, $at) ON CONFLICT DO UPDATE SET definition = excluded.definition
