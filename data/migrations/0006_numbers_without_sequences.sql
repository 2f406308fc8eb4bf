-- The writer numbers changes itself: DuckDB 1.5 cannot replay the log of a table whose default calls a sequence and that was altered.
ALTER TABLE change ALTER COLUMN number DROP DEFAULT;
DROP SEQUENCE change_number;
ALTER TABLE shortlist_change ALTER COLUMN number DROP DEFAULT;
DROP SEQUENCE shortlist_change_number;
