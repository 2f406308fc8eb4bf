-- in:  a value a column of own_claim
-- out: the row is there
INSERT INTO own_claim VALUES ($layer_id, $site_id, $attribute, $value, $text, $commodity, $unit, $as_of)
