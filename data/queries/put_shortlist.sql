-- in: $name, $question, $scenario (JSON or NULL), $layers (JSON), $data_version, $at
INSERT INTO shortlist VALUES ($name, $question, $scenario, $layers, $data_version, $at)
ON CONFLICT (name) DO UPDATE
SET question = excluded.question, scenario = excluded.scenario, layers = excluded.layers, data_version = excluded.data_version
