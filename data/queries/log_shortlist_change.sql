-- in:  $batch (NULL: this row starts one), $shortlist, $at, $action, $site_id, $before, $after (JSON or NULL)
-- out: batch
INSERT INTO shortlist_change (batch, shortlist, changed_at, action, site_id, before, after, undone)
SELECT coalesce($batch::BIGINT, nextval('shortlist_change_number')), $shortlist, $at, $action, $site_id, $before, $after, false
RETURNING batch
