-- in:  incoming: columns of facts.measurement
-- out: the rows are measurements
INSERT INTO facts.measurement BY NAME SELECT * REPLACE (reference_n::INTEGER AS reference_n) FROM incoming
