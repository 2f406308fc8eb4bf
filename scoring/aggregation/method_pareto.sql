-- in:     cells(id, version, j, axis, u, w); points = pillar_points.sql
-- out:    id, version, dominated_by = rows that are nowhere worse and somewhere better, pareto (1: none is), score = 1 / (1 + dominated_by)
-- grain:  one row an id and version
-- NULL:   none
-- ref:    Fonseca and Fleming (1993): rank = 1 + number of dominating rows. Criteria of one axis are first averaged by their weights;
--         weights between axes do not count. Each row is compared with the known values of the others.
WITH dominated AS (
    SELECT a.id, a.version, count(*) AS n
    FROM points AS a
    JOIN points AS b ON b.version = 'known' AND b.id <> a.id AND b.total > a.total AND b.place[1] >= a.place[1]
    WHERE list_bool_and(list_transform(list_zip(b.place, a.place), lambda t: t[1] >= t[2]))
    GROUP BY a.id, a.version
)
SELECT
    p.id, p.version, coalesce(d.n, 0) AS dominated_by, (d.n IS NULL)::INTEGER AS pareto, 1 / (1 + coalesce(d.n, 0)) AS score
FROM points AS p
LEFT JOIN dominated AS d USING (id, version)
