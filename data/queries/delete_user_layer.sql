-- in:  $layer_id
-- out: nothing of the layer is left in the store
DELETE FROM own_feature WHERE layer_id = $layer_id;
DELETE FROM own_claim WHERE layer_id = $layer_id;
DELETE FROM own_site WHERE layer_id = $layer_id;
DELETE FROM own_left_out WHERE layer_id = $layer_id;
DELETE FROM own_layer WHERE layer_id = $layer_id;
