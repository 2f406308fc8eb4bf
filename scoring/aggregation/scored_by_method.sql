-- in:     method_score(choice, id, version, score); base = weighted_sum.sql (coverage, contributions); $choice, $order_by
-- out:    the columns of weighted_sum.sql with the score, its range and the score on known evidence by the chosen method
-- grain:  one row a site
-- NULL:   a site without rows in method_score scores 0, range 0..1, as in the weighted sum; where nothing is known, its floor
-- ref:    drawn toward the floor as in the weighted sum: shrunk = floor + coverage x (known - floor). contributions stay those of the
--         weighted sum, the only method here whose parts add up; screens say so.
WITH versions AS (
    SELECT
        id,
        max(score) FILTER (WHERE version = 'known') AS on_known, max(score) FILTER (WHERE version = 'floor') AS at_floor,
        max(score) FILTER (WHERE version = 'low') AS at_low, max(score) FILTER (WHERE version = 'high') AS at_high
    FROM method_score
    WHERE choice = $choice
    GROUP BY id
),
drawn AS (
    SELECT
        b.*, v.*,
        CASE $order_by
            WHEN 'shrunk' THEN at_floor + b.coverage * (coalesce(on_known, at_floor) - at_floor)
            WHEN 'worst' THEN at_floor
            ELSE coalesce(on_known, at_floor)
        END AS by_method
    FROM base AS b
    LEFT JOIN versions AS v ON v.id = b.site_id
)
SELECT
    site_id, coalesce(by_method, 0) AS score, coalesce(least(at_low, by_method), 0) AS score_low,
    coalesce(greatest(at_high, by_method), 1) AS score_high, coverage, coalesce(on_known, 0) AS known, contributions
FROM drawn
