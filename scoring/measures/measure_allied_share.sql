-- in:     combined.owner
-- out:    site_id, commodity '', value, low, high (% of the site), source_id, as_of, target, reference_group, reference_n, status
-- grain:  one row a site with at least one owner whose parent is known, by a statement of 2021 or later
-- NULL:   none; no owner, none traced, or none stated within five years: no row (unknown)
-- ref:    DOMAIN: unknown is its own bloc. low = shares known to be allied; high = low + everything not known to be otherwise; value = allied
--         share of what is traced. Stated shares that do not make up the whole, or whose holders are not traced, leave the rest open: the middle of the range. An owner of
--         before 2021 is shown and counts as unknown. Of a sole owner without a stated share: combined.owner.
WITH shared AS (
    SELECT
        * REPLACE (CASE WHEN fresh THEN bloc ELSE 'unknown' END AS bloc), fresh AND bloc IN ('us', 'japan', 'partner') AS allied
    FROM combined.owner
),
summed AS (
    SELECT
        site_id,
        coalesce(sum(floor_pct) FILTER (allied), 0) AS low,
        coalesce(sum(floor_pct) FILTER (NOT allied AND bloc <> 'unknown'), 0) AS others,
        coalesce(sum(point_pct) FILTER (allied), 0) AS allied_point,
        coalesce(sum(point_pct) FILTER (bloc <> 'unknown'), 0) AS traced,
        bool_and(share_pct IS NOT NULL) AS stated,
        min(source_id) AS source_id, max(as_of) AS as_of,
        arg_max(ultimate_parent, point_pct) AS target, arg_max(bloc, point_pct) AS reference_group, count(*)::INTEGER AS reference_n
    FROM shared
    GROUP BY site_id
)
SELECT
    site_id, '' AS commodity,
    round(CASE
        WHEN stated AND traced < 98 THEN (least(low, 100) + greatest(100 - others, least(low, 100))) / 2
        ELSE least(
            greatest(CASE WHEN stated THEN 100 * allied_point / traced ELSE allied_point END, least(low, 100)),
            greatest(100 - others, least(low, 100))
        )
    END, 2) AS value,
    round(least(low, 100), 2) AS low, round(greatest(100 - others, least(low, 100)), 2) AS high,
    source_id, as_of, target, reference_group, reference_n,
    CASE WHEN stated AND traced >= 98 THEN 'measured' ELSE 'modelled' END AS status
FROM summed
WHERE traced > 0
