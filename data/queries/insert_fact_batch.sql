-- in:  $action, $file_name, $facts, $actor, $at
-- out: number of the batch; numbers go up by one, since there is one writer
INSERT INTO own_fact_batch
SELECT coalesce(max(batch), 0) + 1, $action, $file_name, $facts, $actor, $at FROM own_fact_batch
RETURNING batch
