-- in:     cells(id, version, j, axis, u, w)
-- out:    id, version, place = one value an axis in the order of axes, total = their sum
-- grain:  one row an id and version
-- NULL:   none; an axis that is not known holds 0
-- ref:    values are compared at 12 decimals: the last bits of a sum depend on the order of its parts, and would decide dominance
WITH axes AS (
    SELECT DISTINCT axis FROM cells
),
averaged AS (
    SELECT id, version, axis, round(sum(w * u) / sum(w), 12) AS value FROM cells GROUP BY id, version, axis
),
versions AS (
    SELECT DISTINCT id, version FROM cells
)
SELECT r.id, r.version, list(coalesce(v.value, 0) ORDER BY x.axis) AS place, sum(coalesce(v.value, 0)) AS total
FROM versions AS r
CROSS JOIN axes AS x
LEFT JOIN averaged AS v ON v.id = r.id AND v.version = r.version AND v.axis = x.axis
GROUP BY r.id, r.version
