-- in:    own_fact
-- out:   the facts that stand, with the columns of data.user_facts.StoredFact
-- grain: one row a fact
-- NULL:  value, low, high: not stated
SELECT
    site_id, attribute, commodity, value, unit, low, high, text, country, as_of, source_title, source_url, note, fact_id, owner,
    strftime(added_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') AS added_at
FROM own_fact
WHERE removed_by IS NULL
ORDER BY site_id, attribute, commodity, value DESC NULLS LAST, text
