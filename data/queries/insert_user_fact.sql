-- in:  a value a column of own_fact; $at
-- out: the row is there and stands
INSERT INTO own_fact VALUES (
    $fact_id, $batch, NULL, $site_id, $attribute, $commodity, $value, $unit, $low, $high, $text, $country, $as_of, $source_title,
    $source_url, $note, $owner, $at
)
