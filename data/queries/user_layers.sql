-- in:    $removed: false for layers in use, true for removed ones
-- out:   the columns of own_layer; times as microseconds since 1970 UTC, NULL stays NULL
-- grain: one row a layer, the oldest first
SELECT * REPLACE (epoch_us(imported_at) AS imported_at, epoch_us(removed_at) AS removed_at)
FROM own_layer
WHERE (removed_at IS NOT NULL) = $removed
ORDER BY own_layer.imported_at, layer_id
