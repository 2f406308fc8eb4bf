-- in:     cells(id, version, j, axis, u, w)
-- out:    id, version, score: weighted arithmetic mean
-- grain:  one row an id and version
-- NULL:   none
-- ref:    Fishburn (1967); Keeney and Raiffa (1976), additive value model
SELECT id, version, sum(w * u) AS score
FROM cells
GROUP BY id, version
