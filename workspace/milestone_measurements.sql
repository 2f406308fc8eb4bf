-- in:  incoming: columns of facts.measurement, of some of $site_ids; $site_ids: the sites that milestones are told of, or were;
--      $told, $owners: those that milestones are told of, and by whom; $criterion_id
-- out: of $told the rows replace what the facts hold of that criterion; of users' sites they are the measurements; of the others the facts count again
DELETE FROM user_data.replaced WHERE criterion_id = $criterion_id AND list_contains($site_ids, site_id);
DELETE FROM user_data.measurement WHERE criterion_id = $criterion_id AND list_contains($site_ids, site_id);
INSERT INTO user_data.replaced SELECT unnest($owners), unnest($told), $criterion_id;
INSERT INTO user_data.measurement BY NAME
SELECT coalesce(r.owner, s.owner) AS owner, i.* REPLACE (i.reference_n::INTEGER AS reference_n)
FROM incoming AS i
LEFT JOIN user_data.replaced AS r ON r.site_id = i.site_id AND r.criterion_id = i.criterion_id
LEFT JOIN user_data.site AS s ON s.site_id = i.site_id
WHERE coalesce(r.owner, s.owner) IS NOT NULL;
