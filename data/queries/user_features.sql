-- in:    $layer_id
-- out:   geometry (WKB, EPSG:4326), numbers, texts
-- grain: one row a feature, in the order of the file
SELECT geometry, numbers, texts FROM own_feature WHERE layer_id = $layer_id ORDER BY feature_id
