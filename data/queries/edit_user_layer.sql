-- in:  $layer_id and what may be edited
-- out: the row is changed
UPDATE own_layer
SET name = $name, licence = $licence, source_url = $source_url, source_date = $source_date, confidentiality = $confidentiality,
    note = $note, style = $style
WHERE layer_id = $layer_id
