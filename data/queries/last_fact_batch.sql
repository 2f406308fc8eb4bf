-- in:    own_fact_batch
-- out:   the newest batch
-- grain: one row, or none
SELECT batch, action, file_name, facts FROM own_fact_batch ORDER BY batch DESC LIMIT 1
