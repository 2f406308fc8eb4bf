-- in:  incoming: columns of facts.measurement, of some of $site_ids; $site_ids: the sites that milestones are told of, or were;
--      $told, $owners: those that milestones are told of, and by whom; $criteria (list)
-- out: of $told the rows replace what the facts hold of those criteria; of users' sites they are the measurements; of the others the facts count again
DELETE FROM user_data.replaced WHERE list_contains($criteria, criterion_id) AND list_contains($site_ids, site_id);
DELETE FROM user_data.measurement WHERE list_contains($criteria, criterion_id) AND list_contains($site_ids, site_id);
INSERT INTO user_data.replaced
SELECT t.owner, t.site_id, c.criterion_id
FROM (SELECT unnest($owners) AS owner, unnest($told) AS site_id) AS t
CROSS JOIN (SELECT unnest($criteria) AS criterion_id) AS c;
INSERT INTO user_data.measurement BY NAME
SELECT coalesce(r.owner, s.owner) AS owner, i.* REPLACE (i.reference_n::INTEGER AS reference_n)
FROM incoming AS i
LEFT JOIN user_data.replaced AS r ON r.site_id = i.site_id AND r.criterion_id = i.criterion_id
LEFT JOIN user_data.site AS s ON s.site_id = i.site_id
WHERE coalesce(r.owner, s.owner) IS NOT NULL;
