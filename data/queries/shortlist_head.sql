-- in:    $name
-- out:   name, question, scenario (JSON text), layers (JSON text), data_version
-- grain: one row, or none where there is no such shortlist
-- NULL:  scenario: none kept
SELECT name, question, scenario, layers, data_version FROM shortlist WHERE name = $name
