-- in:     graded (own and equivalent grades); facts.site; main_commodity(site_id, commodity); $only: ids of the sites that are asked for, NULL: all
-- out:    site_id, commodity, value, low, high (percentile 0..100), source_id, as_of, target, reference_group, reference_n
-- grain:  one row a site and commodity by its own grade, and one with commodity '' for the site's main commodity by its equivalent grade
-- NULL:   none; a grade with fewer than 8 peers gives no row (unknown)
-- ref:    mid-rank percentile among deposits of the type, where 8 are known; of the form (hard rock, brine, clay ...), where 8 are; of all types.
--         Peers are the deposits of the bundle and the site itself: sites that users add do not move each other.
--         Range (P5 to P95) = the wider of the 90 % normal interval of a binomial share and the percentiles of the grade divided
--         and multiplied by 2.7: in nine of ten cases another source that disagrees lies within (benchmarks/calibrate_ranges.py);
--         where the form is unknown it spans what each form of 8 deposits or more would make of the grade.
WITH asked AS (
    SELECT
        *, (site_id NOT IN (SELECT site_id FROM facts.site))::INTEGER AS itself,
        ['type ' || deposit_type, 'form ' || form, 'all'] AS circles
    FROM graded
    WHERE $only IS NULL OR site_id IN (SELECT unnest($only))
),
peers AS (
    SELECT commodity, equivalent, unnest(['type ' || deposit_type, 'form ' || form, 'all']) AS circle, grade
    FROM graded SEMI JOIN facts.site USING (site_id)
),
-- `up_to`: peers of the circle with this grade or less.
steps AS (
    SELECT commodity, equivalent, circle, grade, sum(count(*)) OVER (PARTITION BY commodity, equivalent, circle ORDER BY grade) AS up_to
    FROM peers GROUP BY commodity, equivalent, circle, grade
),
sizes AS (
    SELECT commodity, equivalent, circle, count(*) AS size FROM peers GROUP BY ALL
),
chosen AS (
    SELECT
        a.*, CASE
            WHEN deposit_type <> '' AND coalesce(t.size, 0) + itself >= 8 THEN 1
            WHEN form <> '' AND coalesce(f.size, 0) + itself >= 8 THEN 2
            ELSE 3
        END AS among
    FROM asked AS a
    LEFT JOIN sizes AS t ON t.commodity = a.commodity AND t.equivalent = a.equivalent AND t.circle = circles[1]
    LEFT JOIN sizes AS f ON f.commodity = a.commodity AND f.equivalent = a.equivalent AND f.circle = circles[2]
),
placed AS (
    SELECT *, circles[among] AS circle, itself AS more FROM chosen
    UNION ALL BY NAME
    SELECT c.*, s.circle, 0 AS more
    FROM chosen AS c JOIN sizes AS s USING (commodity, equivalent)
    WHERE c.form = '' AND s.circle LIKE 'form _%' AND s.size >= 8
),
counted AS (
    SELECT
        p.*, coalesce(s.size, 0) + more AS n, coalesce(b.up_to, 0) AS lower, coalesce(l.up_to, 0) + more - lower AS equal,
        100 * (coalesce(f.up_to, 0) / n) AS down, 100 * ((coalesce(t.up_to, 0) + more) / n) AS up
    FROM placed AS p
    LEFT JOIN sizes AS s USING (commodity, equivalent, circle)
    ASOF LEFT JOIN steps AS b
        ON b.commodity = p.commodity AND b.equivalent = p.equivalent AND b.circle = p.circle AND p.grade > b.grade
    ASOF LEFT JOIN steps AS l
        ON l.commodity = p.commodity AND l.equivalent = p.equivalent AND l.circle = p.circle AND p.grade >= l.grade
    ASOF LEFT JOIN steps AS f
        ON f.commodity = p.commodity AND f.equivalent = p.equivalent AND f.circle = p.circle
        AND p.grade / 2.7 > f.grade
    ASOF LEFT JOIN steps AS t
        ON t.commodity = p.commodity AND t.equivalent = p.equivalent AND t.circle = p.circle
        AND p.grade * 2.7 >= t.grade
),
in_any_form AS (
    SELECT site_id, commodity, equivalent, min(down) AS form_down, max(up) AS form_up
    FROM counted WHERE circle <> circles[among] GROUP BY ALL
),
valued AS (
    SELECT
        *, (lower + equal / 2) / n AS share, 100 * share AS value,
        least(down, form_down, value - 164.5 * sqrt(share * (1 - share) / n)) AS low,
        greatest(up, form_up, value + 164.5 * sqrt(share * (1 - share) / n)) AS high
    FROM counted LEFT JOIN in_any_form USING (site_id, commodity, equivalent)
    WHERE circle = circles[among] AND n >= 8
),
every AS (
    SELECT * FROM valued WHERE NOT equivalent
    UNION ALL
    SELECT v.* FROM valued AS v JOIN main_commodity AS m USING (site_id, commodity) WHERE v.equivalent
)
SELECT
    site_id, CASE WHEN equivalent THEN '' ELSE commodity END AS commodity, round(value, 2) AS value, round(greatest(low, 0), 2) AS low,
    round(least(high, 100), 2) AS high, source_id, as_of, commodity AS target,
    [deposit_type, form, 'all types'][among] AS reference_group, n AS reference_n
FROM every
