-- in:     packed(profile, commodity, site_id, u, u_low, u_high, m, a, e); s = the terms of a ranking (scored.sql)
-- out:    site_id, score, score_low, score_high, coverage (0..1), known (score on known evidence), contributions (list)
-- grain:  one row a site
-- NULL:   a site to which no weighted criterion applies has coverage 0 and score 0; nothing known: score 0
-- ref:    weighted sum: Fishburn (1967). coverage c = weight measured / weight that applies.
--         order_by 'shrunk': the score on known evidence k is drawn toward its floor c*k (all unknowns at their worst) by what is
--         missing: c*k + c*(k - c*k) = k * c * (2 - c). 'worst': c*k. 'known': k.
--         'expected': an unknown counts as the mean of its peers (e): the expected score. See docs/methods/score.md, unknowns.md.
CREATE OR REPLACE MACRO weighted_sum(s) AS TABLE
WITH dots AS (
    SELECT
        site_id, u, m, e,
        list_dot_product(u, s['w']::DOUBLE[]) AS measured_u,
        list_dot_product(m, s['w']::DOUBLE[]) AS measured_w,
        list_dot_product(a, s['w']::DOUBLE[]) AS applied_w,
        list_dot_product(e, s['w']::DOUBLE[]) AS filled_u,
        list_dot_product(u_low, s['w']::DOUBLE[]) AS low_u,
        list_dot_product(u_high, s['w']::DOUBLE[]) AS high_u
    FROM packed
    WHERE commodity = s['commodity'] AND profile = s['profile']
),
parts AS (
    SELECT
        *,
        CASE WHEN applied_w > 0 THEN measured_w / applied_w ELSE 0 END AS coverage,
        CASE s['order_by'] WHEN 'shrunk' THEN coverage * (2 - coverage) WHEN 'worst' THEN coverage ELSE 1 END AS drawn,
        s['order_by'] = 'expected' AS fills,
        CASE WHEN fills THEN CASE WHEN applied_w > 0 THEN 1 / applied_w ELSE 0 END WHEN measured_w > 0 THEN drawn / measured_w ELSE 0 END AS scale
    FROM dots
)
SELECT
    site_id,
    CASE WHEN NOT fills THEN measured_u * scale WHEN applied_w > 0 THEN (measured_u + filled_u) / applied_w ELSE 0 END AS score,
    CASE WHEN applied_w > 0 THEN low_u / applied_w ELSE 0 END AS score_low,
    CASE WHEN applied_w > 0 THEN high_u / applied_w ELSE 1 END AS score_high,
    coverage,
    CASE WHEN measured_w > 0 THEN measured_u / measured_w ELSE 0 END AS known,
    list_transform(list_zip(u, m, e, s['w']::DOUBLE[]), lambda t: (t[1] * t[2] + CASE WHEN fills THEN t[3] ELSE 0 END) * t[4] * scale) AS contributions
FROM parts
