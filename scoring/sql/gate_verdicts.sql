-- in:  incoming: columns of facts.gate
-- out: the rows are verdicts
INSERT INTO facts.gate BY NAME SELECT * FROM incoming
