-- in:  incoming: columns of facts.gate, of users' sites
-- out: the rows are verdicts
INSERT INTO user_data.gate BY NAME SELECT s.owner, i.* FROM incoming AS i JOIN user_data.site AS s USING (site_id)
