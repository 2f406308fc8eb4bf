-- in:  incoming: columns of facts.gate, of $sites; $sites: those of whose owners users' facts speak, or spoke; $now_sites, $owners: of which they
--      speak now, and who says so
-- out: of these, and of users' sites, the rows are the verdicts; of the others the facts count again
DELETE FROM user_data.gate WHERE list_contains($sites::VARCHAR[], site_id);
INSERT INTO user_data.gate BY NAME
SELECT coalesce(n.owner, s.owner) AS owner, i.*
FROM incoming AS i
LEFT JOIN (SELECT unnest($now_sites::VARCHAR[]) AS site_id, unnest($owners::VARCHAR[]) AS owner) AS n USING (site_id)
LEFT JOIN user_data.site AS s ON s.site_id = i.site_id
WHERE coalesce(n.owner, s.owner) IS NOT NULL;
