-- in:  $layer_id, $removed_at (NULL: back in use)
-- out: the layer is out of use, or in use again
UPDATE own_layer SET removed_at = $removed_at WHERE layer_id = $layer_id
