-- in:  $folder = absolute path of the bundle
-- out: facts.measurement and facts.gate filled
INSERT INTO facts.measurement BY NAME SELECT * FROM read_parquet($folder || '/measurement.parquet');
INSERT INTO facts.gate BY NAME SELECT * FROM read_parquet($folder || '/gate.parquet');
