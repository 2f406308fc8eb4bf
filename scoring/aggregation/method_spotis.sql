-- in:     cells(id, version, j, axis, u, w), u against fixed bounds
-- out:    id, version, distance = normalised distance to the ideal point of the bounds, score = 1 - distance
-- grain:  one row an id and version
-- NULL:   none
-- ref:    Dezert, Tchamova, Han and Tacnet (2020). With fixed goalposts as bounds it is the weighted sum seen from its other end: the
--         same order, and no rank reversal.
SELECT id, version, sum(w * (1 - u)) AS distance, 1 - sum(w * (1 - u)) AS score
FROM cells
GROUP BY id, version
