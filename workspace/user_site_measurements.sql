-- in:  incoming: columns of facts.measurement, of users' sites
-- out: the rows are measurements
INSERT INTO user_data.measurement BY NAME
SELECT s.owner, i.* REPLACE (i.reference_n::INTEGER AS reference_n) FROM incoming AS i JOIN user_data.site AS s USING (site_id)
