-- in:  value in the criterion's unit, goalposts worst and best, is_log
-- out: desirability 0..1: 0 at or beyond worst, 1 at or beyond best, linear (or linear in the logarithm) between
-- NULL: an unknown value stays NULL
-- ref: value functions against fixed goalposts, Keeney and Raiffa (1976)
CREATE OR REPLACE MACRO desirability(value, worst, best, is_log) AS
    CASE
        WHEN value IS NULL THEN NULL
        WHEN is_log THEN greatest(0, least(1, (ln(greatest(value, 1e-300)) - ln(worst)) / (ln(best) - ln(worst))))
        ELSE greatest(0, least(1, (value - worst) / (best - worst)))
    END
