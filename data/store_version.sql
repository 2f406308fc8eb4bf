-- in:  nothing
-- out: the table of applied migrations, a row a migration
CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL);
