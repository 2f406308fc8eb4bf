-- in:  incoming: one row a site that the criterion is known for, or that lies beyond its layer, with the columns of facts.measurement and
--      beyond; $criterion_id, $owner
-- out: the rows are measurements; the criterion counts as measured, even with no row
INSERT INTO user_data.measurement BY NAME
SELECT
    $owner AS owner, site_id, criterion_id, commodity, value, greatest(least(low, value), -1e300) AS low, greatest(high, value) AS high,
    status, source_id, as_of, target, reference_group, reference_n::INTEGER AS reference_n
FROM incoming WHERE NOT beyond;
INSERT INTO user_data.beyond SELECT $owner, site_id, $criterion_id FROM incoming WHERE beyond;
INSERT INTO user_data.measured_criterion VALUES ($criterion_id);
