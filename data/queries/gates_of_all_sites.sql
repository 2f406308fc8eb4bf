-- out: site_id, gate, verdict
-- grain: one row a site and gate
SELECT site_id, gate, verdict FROM combined.gate ORDER BY site_id, gate
