-- in: $site_ids (list)   out: site_id, gate, verdict
SELECT site_id, gate, verdict FROM combined.gate WHERE list_contains($site_ids, site_id) ORDER BY site_id, gate
