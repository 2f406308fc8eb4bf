-- in:  a value a column of own_layer
-- out: the row is there
INSERT INTO own_layer VALUES (
    $layer_id, $name, $role, $kind, $features, $crs, $crs_reason, $crs_accuracy_m, $west, $south, $east, $north, $columns, $unit, $bands,
    $quantiles, $style, $file_name, $file_sha256, $file_bytes, $source_layer, $licence, $source_url, $source_date, $confidentiality, $note,
    $imported_by, $imported_at, $transformations, $findings, $removed_at
)
