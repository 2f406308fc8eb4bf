-- in: $shortlist, $site_id, $note, $at
INSERT INTO shortlist_item VALUES ($shortlist, $site_id, $note, $at) ON CONFLICT DO NOTHING
