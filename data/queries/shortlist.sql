-- in: $shortlist   out: site_id in the order of addition
SELECT site_id FROM shortlist_item WHERE shortlist = $shortlist ORDER BY added_at, site_id
