-- in:     cells(id, version, j, axis, u, w); $v = weight of the group's utility against the single worst regret, 0..1
-- out:    id, version, s (group utility lost), r (largest single regret), q (compromise; 0 is best), score = 1 - q
-- grain:  one row an id and version
-- NULL:   none
-- units:  s, r in weight; q, score 0..1
-- ref:    Opricovic and Tzeng (2004), EJOR 156, 445-455. Best and worst values, s and r are those of the known values of all rows.
WITH ends AS (
    SELECT j, max(u) AS best, min(u) AS worst FROM cells WHERE version = 'known' GROUP BY j
),
regrets AS (
    SELECT c.id, c.version, c.w * CASE WHEN e.best > e.worst THEN (e.best - c.u) / (e.best - e.worst) ELSE 0 END AS regret
    FROM cells AS c
    JOIN ends AS e USING (j)
),
measures AS (
    SELECT id, version, sum(regret) AS s, max(regret) AS r FROM regrets GROUP BY id, version
),
reach AS (
    SELECT min(s) AS s_best, max(s) AS s_worst, min(r) AS r_best, max(r) AS r_worst FROM measures WHERE version = 'known'
),
compromise AS (
    SELECT
        m.*,
        $v * CASE WHEN s_worst > s_best THEN (s - s_best) / (s_worst - s_best) ELSE 0 END
        + (1 - $v) * CASE WHEN r_worst > r_best THEN (r - r_best) / (r_worst - r_best) ELSE 0 END AS q
    FROM measures AS m
    CROSS JOIN reach
)
SELECT id, version, s, r, q, 1 - greatest(0, least(1, q)) AS score
FROM compromise
