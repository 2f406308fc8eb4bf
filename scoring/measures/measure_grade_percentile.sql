-- in:     graded (own and equivalent grades); main_commodity(site_id, commodity); $only: ids of the sites that are asked for, NULL: all
-- out:    site_id, commodity, value, low, high (percentile 0..100), source_id, as_of, target, reference_group, reference_n
-- grain:  one row a site and commodity by its own grade, and one with commodity '' for the site's main commodity by its equivalent grade
-- NULL:   none; a grade with fewer than 8 peers gives no row (unknown)
-- ref:    mid-rank percentile among deposits of the type, where 8 are known; of the form (hard rock, brine, clay ...), where 8 are; of all types.
--         Range (P5 to P95) = the wider of the 90 % normal interval of a binomial share and the percentiles of the grade divided
--         and multiplied by 2.7: in nine of ten cases another source that disagrees lies within (benchmarks/calibrate_ranges.py);
--         where the form is unknown it spans what each form of 8 deposits or more would make of the grade.
WITH peers AS (
    SELECT
        *,
        count(*) OVER by_type AS n_type,
        rank() OVER (by_type ORDER BY grade) - 1 AS below_type,
        count(*) OVER (PARTITION BY equivalent, commodity, deposit_type, grade) AS equal_type,
        count(*) OVER by_form AS n_form,
        rank() OVER (by_form ORDER BY grade) - 1 AS below_form,
        count(*) OVER (PARTITION BY equivalent, commodity, form, grade) AS equal_form,
        count(*) OVER all_types AS n_all,
        rank() OVER (all_types ORDER BY grade) - 1 AS below_all,
        count(*) OVER (PARTITION BY equivalent, commodity, grade) AS equal_all
    FROM graded
    WINDOW
        by_type AS (PARTITION BY equivalent, commodity, deposit_type), by_form AS (PARTITION BY equivalent, commodity, form),
        all_types AS (PARTITION BY equivalent, commodity)
),
ranked AS (
    SELECT
        *,
        CASE WHEN deposit_type <> '' AND n_type >= 8 THEN 'type' WHEN form <> '' AND n_form >= 8 THEN 'form' ELSE 'all' END AS among,
        CASE among
            WHEN 'type' THEN (below_type + equal_type / 2) / n_type
            WHEN 'form' THEN (below_form + equal_form / 2) / n_form
            ELSE (below_all + equal_all / 2) / n_all
        END AS share,
        CASE among WHEN 'type' THEN n_type WHEN 'form' THEN n_form ELSE n_all END AS n
    FROM peers
),
shifted AS (
    SELECT
        r.site_id, r.commodity, r.equivalent,
        100 * avg((p.grade < r.grade / 2.7)::INTEGER) AS down, 100 * avg((p.grade <= r.grade * 2.7)::INTEGER) AS up
    FROM ranked AS r
    JOIN graded AS p ON p.commodity = r.commodity AND p.equivalent = r.equivalent
        AND CASE r.among WHEN 'type' THEN p.deposit_type = r.deposit_type WHEN 'form' THEN p.form = r.form ELSE true END
    WHERE r.n >= 8 AND ($only IS NULL OR list_contains($only, r.site_id))
    GROUP BY r.site_id, r.commodity, r.equivalent
),
as_form AS (
    SELECT
        r.site_id, r.commodity, r.equivalent, p.form,
        100 * avg((p.grade < r.grade / 2.7)::INTEGER) AS down, 100 * avg((p.grade <= r.grade * 2.7)::INTEGER) AS up
    FROM ranked AS r
    JOIN graded AS p ON p.commodity = r.commodity AND p.equivalent = r.equivalent AND p.form <> ''
    WHERE r.n >= 8 AND r.form = '' AND ($only IS NULL OR list_contains($only, r.site_id))
    GROUP BY r.site_id, r.commodity, r.equivalent, p.form
    HAVING count(*) >= 8
),
in_any_form AS (
    SELECT site_id, commodity, equivalent, min(down) AS form_down, max(up) AS form_up FROM as_form GROUP BY ALL
),
valued AS (
    SELECT
        site_id, commodity, equivalent, 100 * share AS value,
        least(down, form_down, value - 164.5 * sqrt(share * (1 - share) / n)) AS low,
        greatest(up, form_up, value + 164.5 * sqrt(share * (1 - share) / n)) AS high, source_id, as_of,
        CASE among WHEN 'type' THEN deposit_type WHEN 'form' THEN form ELSE 'all types' END AS reference_group, n AS reference_n
    FROM ranked
    JOIN shifted USING (site_id, commodity, equivalent)
    LEFT JOIN in_any_form USING (site_id, commodity, equivalent)
    WHERE n >= 8
),
every AS (
    SELECT * FROM valued WHERE NOT equivalent
    UNION ALL
    SELECT v.* FROM valued AS v JOIN main_commodity AS m USING (site_id, commodity) WHERE v.equivalent
)
SELECT
    site_id, CASE WHEN equivalent THEN '' ELSE commodity END AS commodity, round(value, 2) AS value, round(greatest(low, 0), 2) AS low,
    round(least(high, 100), 2) AS high, source_id, as_of, commodity AS target, reference_group, reference_n
FROM every
