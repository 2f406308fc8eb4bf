-- in:     cells(id, version, j, axis, u, w)
-- out:    id, version, place = one value an axis in the order of axes, total = their sum
-- grain:  one row an id and version
-- NULL:   none; an axis that is not known holds 0
WITH axes AS (
    SELECT DISTINCT axis FROM cells
),
averaged AS (
    SELECT id, version, axis, sum(w * u) / sum(w) AS value FROM cells GROUP BY id, version, axis
),
versions AS (
    SELECT DISTINCT id, version FROM cells
)
SELECT r.id, r.version, list(coalesce(v.value, 0) ORDER BY x.axis) AS place, sum(coalesce(v.value, 0)) AS total
FROM versions AS r
CROSS JOIN axes AS x
LEFT JOIN averaged AS v ON v.id = r.id AND v.version = r.version AND v.axis = x.axis
GROUP BY r.id, r.version
