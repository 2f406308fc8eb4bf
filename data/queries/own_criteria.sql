-- in:    own_criterion, own_layer
-- out:   definition (JSON) of the criteria whose layer is in use
-- grain: one row a criterion, the oldest first
SELECT c.definition
FROM own_criterion AS c
JOIN own_layer AS l ON l.layer_id = (c.definition ->> '$.layer_id')
WHERE l.removed_at IS NULL
ORDER BY c.added_at, c.criterion_id
