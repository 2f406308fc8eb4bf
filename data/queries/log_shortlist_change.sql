-- in:  $batch (NULL: this row starts one), $shortlist, $at, $action, $site_id, $before, $after (JSON or NULL)
-- out: batch; numbers go up by one, since there is one writer; a batch has the number of its first row
INSERT INTO shortlist_change (number, batch, shortlist, changed_at, action, site_id, before, after, undone)
WITH next AS (SELECT coalesce(greatest(max(number), max(batch)), 0) + 1 AS number FROM shortlist_change)
SELECT number, coalesce($batch::BIGINT, number), $shortlist, $at, $action, $site_id, $before, $after, false FROM next
RETURNING batch
