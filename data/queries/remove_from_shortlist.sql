-- in: $shortlist, $site_id
DELETE FROM shortlist_item WHERE shortlist = $shortlist AND site_id = $site_id
