-- out: version, a row a migration that was applied, in order
SELECT version FROM schema_version ORDER BY version
