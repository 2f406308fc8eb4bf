-- in:    own_criterion, own_layer
-- out:   definition (JSON), in_use: whether the layer is there and was not removed
-- grain: one row a criterion, the oldest first
SELECT c.definition, l.layer_id IS NOT NULL AND l.removed_at IS NULL AS in_use
FROM own_criterion AS c
LEFT JOIN own_layer AS l ON l.layer_id = (c.definition ->> '$.layer_id')
ORDER BY c.added_at, c.criterion_id
