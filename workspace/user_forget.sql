-- out: user_data holds no site, and of the measurements only those from milestones of the facts' own sites
DELETE FROM user_data.measurement
WHERE site_id IN (SELECT site_id FROM user_data.site)
OR (site_id, criterion_id) NOT IN (SELECT (site_id, criterion_id) FROM user_data.replaced);
DELETE FROM user_data.gate;
DELETE FROM user_data.claim;
DELETE FROM user_data.site;
DELETE FROM user_data.measured_criterion;
DELETE FROM user_data.beyond;
