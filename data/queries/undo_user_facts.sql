-- in:  $batch
-- out: what the batch added is gone, what it removed or replaced stands again
DELETE FROM own_fact WHERE batch = $batch;
UPDATE own_fact SET removed_by = NULL WHERE removed_by = $batch;
DELETE FROM own_fact_batch WHERE batch = $batch;
