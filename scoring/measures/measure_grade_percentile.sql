-- in:     combined.claim (chosen grades), combined.site, facts.commodity; contained(site_id, commodity, years)
-- out:    site_id, commodity, value, low, high (percentile 0..100), source_id, as_of, target, reference_group, reference_n
-- grain:  one row a site and commodity, and one with commodity '' for the site's main commodity
-- NULL:   none; a grade with fewer than 8 peers gives no row (unknown)
-- ref:    mid-rank percentile; range (P5 to P95) = the wider of the 90 % normal interval of a binomial share and the percentiles of the grade divided
--         and multiplied by 2.7: in nine of ten cases another source that disagrees lies within (benchmarks/calibrate_ranges.py)
WITH graded AS (
    SELECT c.site_id, c.commodity, c.value AS grade, c.source_id, c.as_of, s.deposit_type
    FROM combined.claim AS c
    JOIN combined.site AS s USING (site_id)
    WHERE c.attribute = 'grade' AND c.chosen AND s.kind = 'mine'
),
peers AS (
    SELECT
        *,
        count(*) OVER by_type AS n_type,
        rank() OVER (by_type ORDER BY grade) - 1 AS below_type,
        count(*) OVER (PARTITION BY commodity, deposit_type, grade) AS equal_type,
        count(*) OVER all_types AS n_all,
        rank() OVER (all_types ORDER BY grade) - 1 AS below_all,
        count(*) OVER (PARTITION BY commodity, grade) AS equal_all
    FROM graded
    WINDOW by_type AS (PARTITION BY commodity, deposit_type), all_types AS (PARTITION BY commodity)
),
ranked AS (
    SELECT
        *,
        deposit_type <> '' AND n_type >= 8 AS typed,
        CASE WHEN typed THEN (below_type + equal_type / 2) / n_type ELSE (below_all + equal_all / 2) / n_all END AS share,
        CASE WHEN typed THEN n_type ELSE n_all END AS n
    FROM peers
),
shifted AS (
    SELECT
        r.site_id, r.commodity, 100 * avg((p.grade < r.grade / 2.7)::INTEGER) AS down, 100 * avg((p.grade <= r.grade * 2.7)::INTEGER) AS up
    FROM ranked AS r
    JOIN graded AS p ON p.commodity = r.commodity AND (NOT r.typed OR p.deposit_type = r.deposit_type)
    WHERE r.n >= 8
    GROUP BY r.site_id, r.commodity
),
valued AS (
    SELECT
        site_id, commodity, 100 * share AS value, least(down, value - 164.5 * sqrt(share * (1 - share) / n)) AS low,
        greatest(up, value + 164.5 * sqrt(share * (1 - share) / n)) AS high, source_id, as_of,
        CASE WHEN typed THEN deposit_type ELSE 'all types' END AS reference_group, n AS reference_n
    FROM ranked
    JOIN shifted USING (site_id, commodity)
    WHERE n >= 8
),
main AS (
    SELECT v.*, row_number() OVER (PARTITION BY v.site_id ORDER BY c.years DESC NULLS LAST, v.commodity) AS place
    FROM valued AS v
    LEFT JOIN contained AS c USING (site_id, commodity)
    JOIN facts.commodity AS k ON k.commodity_id = v.commodity
    WHERE k.group_id <> 'rare earths'
       OR NOT EXISTS (FROM valued AS w WHERE w.site_id = v.site_id AND w.commodity = 'rare earths')
)
SELECT
    site_id, commodity, round(value, 2) AS value, round(greatest(low, 0), 2) AS low, round(least(high, 100), 2) AS high,
    source_id, as_of, commodity AS target, reference_group, reference_n
FROM valued
UNION ALL
SELECT
    site_id, '', round(value, 2), round(greatest(low, 0), 2), round(least(high, 100), 2),
    source_id, as_of, commodity, reference_group, reference_n
FROM main
WHERE place = 1
