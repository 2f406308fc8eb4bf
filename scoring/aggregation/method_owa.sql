-- in:     cells(id, version, j, axis, u, w); $knots = quantifier at 0, 1/n, .. 1: cumulated order weights, from 0 to 1
-- out:    id, version, score: the k-th best value counts by what the quantifier gains over its weight
-- grain:  one row an id and version
-- NULL:   none
-- ref:    Yager (1988), IEEE SMC 18(1), 183-190; with importances, Yager (1996), Int. J. Intelligent Systems 11, 49-73. With equal
--         weights and as many knots as criteria it is the ordered weighted average; with straight knots it is the weighted sum.
WITH ordered AS (
    SELECT id, version, u, w, sum(w) OVER (PARTITION BY id, version ORDER BY u DESC, j ROWS UNBOUNDED PRECEDING) AS reached
    FROM cells
),
places AS (
    SELECT
        id, version, u,
        greatest(0, least(1, reached)) * (len($knots::DOUBLE[]) - 1) AS ends_at,
        greatest(0, least(1, reached - w)) * (len($knots::DOUBLE[]) - 1) AS starts_at
    FROM ordered
),
gains AS (
    SELECT
        id, version, u,
        $knots[floor(ends_at)::INTEGER + 1]
        + (ends_at - floor(ends_at)) * ($knots[ceil(ends_at)::INTEGER + 1] - $knots[floor(ends_at)::INTEGER + 1]) AS q_end,
        $knots[floor(starts_at)::INTEGER + 1]
        + (starts_at - floor(starts_at)) * ($knots[ceil(starts_at)::INTEGER + 1] - $knots[floor(starts_at)::INTEGER + 1]) AS q_start
    FROM places
)
SELECT id, version, sum(u * (q_end - q_start)) AS score
FROM gains
GROUP BY id, version
