-- in:     cells(id, version, j, axis, u, w); $kinds, $q, $p = preference function and thresholds of each criterion, by j:
--         usual, u_shape (q), v_shape (p), level (q, p), linear (q, p), gaussian (p = where it bends); thresholds in the unit of u
-- out:    id, version, plus, minus, net_flow = plus - minus (-1..1), score = (1 + net_flow) / 2
-- grain:  one row an id and version
-- NULL:   none; a criterion that one row alone knows has no flow
-- ref:    Brans and Vincke (1985), Management Science 31, 647-656. Each row is compared with the known values of the others.
--         Flows by sums over the ordered values instead of pairs: Calders and Van Assche (2016), arXiv:1603.00091.
--         A preference of d is step(d > t) and ramp(d - t) = max(0, d - t): linear = (ramp(d - q) - ramp(d - p)) / (p - q).
WITH asked AS (
    SELECT *, $kinds[j + 1] AS kind, u - $q[j + 1] AS u_less_q, u - $p[j + 1] AS u_less_p, u + $q[j + 1] AS u_more_q, u + $p[j + 1] AS u_more_p
    FROM cells
),
steps AS (
    SELECT j, u, count(*) AS n, sum(u) AS total FROM cells WHERE version = 'known' GROUP BY j, u
),
up AS (
    SELECT j, u, sum(n) OVER (PARTITION BY j ORDER BY u) AS n, sum(total) OVER (PARTITION BY j ORDER BY u) AS total FROM steps
),
down AS (
    SELECT j, u, sum(n) OVER (PARTITION BY j ORDER BY u DESC) AS n, sum(total) OVER (PARTITION BY j ORDER BY u DESC) AS total FROM steps
),
counted AS (
    SELECT
        a.*, e.n AS peers,
        coalesce(bq.n, 0) AS beats_q, coalesce(bp.n, 0) AS beats_p, coalesce(lq.n, 0) AS loses_q, coalesce(lp.n, 0) AS loses_p,
        coalesce(u_less_q * bq.n - bq.total, 0) - coalesce(u_less_p * bp.n - bp.total, 0) AS ramp_up,
        coalesce(lq.total - u_more_q * lq.n, 0) - coalesce(lp.total - u_more_p * lp.n, 0) AS ramp_down
    FROM asked AS a
    JOIN (SELECT j, sum(n) AS n FROM steps GROUP BY j) AS e USING (j)
    ASOF LEFT JOIN up AS bq ON bq.j = a.j AND a.u_less_q > bq.u
    ASOF LEFT JOIN up AS bp ON bp.j = a.j AND a.u_less_p > bp.u
    ASOF LEFT JOIN down AS lq ON lq.j = a.j AND a.u_more_q < lq.u
    ASOF LEFT JOIN down AS lp ON lp.j = a.j AND a.u_more_p < lp.u
),
bell AS (
    SELECT
        a.id, a.version, a.j,
        sum(CASE WHEN a.u > b.u THEN 1 - exp(-(a.u - b.u) * (a.u - b.u) / (2 * $p[a.j + 1] * $p[a.j + 1])) ELSE 0 END) AS wins,
        sum(CASE WHEN a.u < b.u THEN 1 - exp(-(a.u - b.u) * (a.u - b.u) / (2 * $p[a.j + 1] * $p[a.j + 1])) ELSE 0 END) AS losses
    FROM asked AS a
    JOIN cells AS b ON b.j = a.j AND b.version = 'known'
    WHERE a.kind = 'gaussian'
    GROUP BY a.id, a.version, a.j
),
flows AS (
    SELECT
        c.id, c.version, c.w, c.peers,
        CASE
            WHEN c.kind IN ('usual', 'u_shape') THEN beats_q
            WHEN c.kind = 'level' THEN (beats_q + beats_p) / 2
            WHEN c.kind = 'gaussian' THEN b.wins
            ELSE ramp_up / ($p[c.j + 1] - $q[c.j + 1])
        END AS wins,
        CASE
            WHEN c.kind IN ('usual', 'u_shape') THEN loses_q
            WHEN c.kind = 'level' THEN (loses_q + loses_p) / 2
            WHEN c.kind = 'gaussian' THEN b.losses
            ELSE ramp_down / ($p[c.j + 1] - $q[c.j + 1])
        END AS losses
    FROM counted AS c
    LEFT JOIN bell AS b USING (id, version, j)
),
totals AS (
    SELECT
        id, version,
        sum(CASE WHEN peers > 1 THEN w * wins / (peers - 1) ELSE 0 END) AS plus,
        sum(CASE WHEN peers > 1 THEN w * losses / (peers - 1) ELSE 0 END) AS minus
    FROM flows
    GROUP BY id, version
)
SELECT id, version, plus, minus, plus - minus AS net_flow, greatest(0, least(1, (1 + plus - minus) / 2)) AS score
FROM totals
