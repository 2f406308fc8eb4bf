-- in:     weighted_sum(s); method_score(choice, id, version, score); s = the terms of a ranking, a struct (`pipeline.terms`):
--         commodity (of interest, or '' for each site's main one), profile (set of user-defined criteria, or ''), w = weight a
--         criterion, order_by, choice = key of the method's scores in method_score, or '' for the weighted sum
-- out:    site_id, score, score_low, score_high, coverage (0..1), known (score on known evidence), contributions (list)
-- grain:  one row a site
-- NULL:   a site without rows in method_score scores 0, range 0..1, as in the weighted sum; where nothing is known, its floor
-- ref:    drawn toward the floor as in the weighted sum: shrunk = floor + coverage x (known - floor); expected = unknowns as the mean of their peers. contributions stay those of the
--         weighted sum, the only method here whose parts add up; screens say so.
CREATE OR REPLACE MACRO scored(s) AS TABLE
WITH versions AS (
    SELECT
        id,
        max(score) FILTER (WHERE version = 'known') AS on_known, max(score) FILTER (WHERE version = 'floor') AS at_floor,
        max(score) FILTER (WHERE version = 'expected') AS at_expected, max(score) FILTER (WHERE version = 'low') AS at_low, max(score) FILTER (WHERE version = 'high') AS at_high
    FROM method_score
    WHERE choice = s['choice']
    GROUP BY id
),
drawn AS (
    SELECT
        b.*, v.*,
        CASE s['order_by']
            WHEN 'shrunk' THEN at_floor + b.coverage * (coalesce(on_known, at_floor) - at_floor)
            WHEN 'worst' THEN at_floor
            WHEN 'expected' THEN at_expected
            ELSE coalesce(on_known, at_floor)
        END AS by_method
    FROM weighted_sum(s) AS b
    LEFT JOIN versions AS v ON v.id = b.site_id
)
SELECT
    site_id,
    CASE WHEN s['choice'] = '' THEN score ELSE coalesce(by_method, 0) END AS score,
    CASE WHEN s['choice'] = '' THEN score_low ELSE coalesce(least(at_low, by_method), 0) END AS score_low,
    CASE WHEN s['choice'] = '' THEN score_high ELSE coalesce(greatest(at_high, by_method), 1) END AS score_high,
    coverage,
    CASE WHEN s['choice'] = '' THEN known ELSE coalesce(on_known, 0) END AS known,
    contributions
FROM drawn
