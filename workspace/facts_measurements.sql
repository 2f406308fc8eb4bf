-- in:  incoming: columns of facts.measurement, of $sites and $criteria; $sites and $criteria: pairs of which users' facts speak, or spoke;
--      $now_sites, $now_criteria, $owners: those of which they speak now, and who says so
-- out: of these the rows replace what the facts hold; of users' sites they are the measurements; of the others the facts count again
DELETE FROM user_data.replaced
WHERE (site_id, criterion_id) IN (SELECT (s, c) FROM (SELECT unnest($sites::VARCHAR[]) AS s, unnest($criteria::VARCHAR[]) AS c));
DELETE FROM user_data.measurement
WHERE (site_id, criterion_id) IN (SELECT (s, c) FROM (SELECT unnest($sites::VARCHAR[]) AS s, unnest($criteria::VARCHAR[]) AS c));
INSERT INTO user_data.replaced
SELECT unnest($owners::VARCHAR[]), unnest($now_sites::VARCHAR[]), unnest($now_criteria::VARCHAR[]);
INSERT INTO user_data.measurement BY NAME
SELECT coalesce(r.owner, s.owner) AS owner, i.* REPLACE (i.reference_n::INTEGER AS reference_n)
FROM incoming AS i
JOIN (SELECT unnest($sites::VARCHAR[]) AS site_id, unnest($criteria::VARCHAR[]) AS criterion_id) AS p USING (site_id, criterion_id)
LEFT JOIN user_data.replaced AS r ON r.site_id = i.site_id AND r.criterion_id = i.criterion_id
LEFT JOIN user_data.site AS s ON s.site_id = i.site_id
WHERE coalesce(r.owner, s.owner) IS NOT NULL;
