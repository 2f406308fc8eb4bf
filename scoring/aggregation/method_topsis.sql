-- in:     cells(id, version, j, axis, u, w)
-- out:    id, version, score = distance to the anti-ideal / (distance to the ideal + distance to the anti-ideal), 0..1
-- grain:  one row an id and version
-- NULL:   none; where ideal and anti-ideal coincide, 0.5
-- ref:    Hwang and Yoon (1981). Ideal and anti-ideal are the best and worst known values: a new best or worst site moves the others
--         and can reverse two ranks (Garcia-Cascales and Lamata 2012).
WITH ends AS (
    SELECT j, max(u) AS ideal, min(u) AS anti FROM cells WHERE version = 'known' GROUP BY j
),
distances AS (
    SELECT
        c.id, c.version,
        sqrt(sum((c.w * (e.ideal - c.u)) * (c.w * (e.ideal - c.u)))) AS to_ideal,
        sqrt(sum((c.w * (c.u - e.anti)) * (c.w * (c.u - e.anti)))) AS to_anti
    FROM cells AS c
    JOIN ends AS e USING (j)
    GROUP BY c.id, c.version
)
SELECT id, version, CASE WHEN to_ideal + to_anti > 0 THEN to_anti / (to_ideal + to_anti) ELSE 0.5 END AS score
FROM distances
