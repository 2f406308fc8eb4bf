-- in:     combined.site, combined.measurement, user_data.beyond, facts.commodity, criterion(profile, position, id, applies_to, ...);
--         interest = commodity of interest, or '' for each site's main commodity; own = set of user-defined criteria, or ''
-- out:    site_id, mine, position, applies, known, u, u_a, u_b: desirability of the value and of the ends of its range
-- grain:  one row a site and criterion
-- units:  desirability 0..1 against fixed goalposts
-- NULL:   u, u_a, u_b: unknown
CREATE OR REPLACE MACRO cells_of_sites(own, interest) AS TABLE
WITH picked AS (
    SELECT m.site_id, m.criterion_id, m.value, m.low, m.high
    FROM combined.measurement AS m
    JOIN criterion AS c ON c.id = m.criterion_id AND c.profile IN ('', own)
    WHERE m.commodity = CASE WHEN c.per_commodity THEN interest ELSE '' END
),
cells AS (
    SELECT
        s.site_id, s.kind = 'mine' AS mine, c.position, c.is_log, c.worst, c.best,
        (c.applies_to = 'all' OR (c.applies_to = 'ore') = (s.kind = 'mine')) AND b.site_id IS NULL AS applies,
        p.value, p.low, p.high
    FROM combined.site AS s
    JOIN criterion AS c ON c.profile IN ('', own)
    LEFT JOIN picked AS p ON p.site_id = s.site_id AND p.criterion_id = c.id
    LEFT JOIN user_data.beyond AS b ON b.site_id = s.site_id AND b.criterion_id = c.id
)
SELECT
    site_id, mine, position, applies, applies AND value IS NOT NULL AS known,
    desirability(value, worst, best, is_log) AS u,
    desirability(low, worst, best, is_log) AS u_a,
    desirability(high, worst, best, is_log) AS u_b
FROM cells;

-- in:     cells_of_sites(own, interest); peer(profile, commodity, mine, position, mean) of the same set and commodity
-- out:    site_id, u, u_low, u_high, m, a, e: packed vectors in the order of criterion.position
-- grain:  one row a site
-- units:  u = desirability 0..1 of the value against fixed goalposts; u_low, u_high of its range; m = 1 measured, a = 1 applies;
--         e = mean of the peers of an unknown that applies (0.5: too few know it), 0 elsewhere
-- NULL:   none; an unknown has m = 0, u = 0, u_low = 0, u_high = 1
CREATE OR REPLACE MACRO packed_vectors(own, interest) AS TABLE
WITH placed AS (
    SELECT
        c.site_id,
        list_sort(list({
            'position': c.position,
            'u': CASE WHEN known THEN u ELSE 0 END,
            'u_low': CASE WHEN known THEN least(u_a, u_b, u) ELSE 0 END,
            'u_high': CASE WHEN known THEN greatest(u_a, u_b, u) WHEN applies THEN 1 ELSE 0 END,
            'm': CASE WHEN known THEN 1 ELSE 0 END::DOUBLE,
            'a': CASE WHEN applies THEN 1 ELSE 0 END::DOUBLE,
            'e': CASE WHEN applies AND NOT known THEN coalesce(p.mean, 0.5) ELSE 0 END::DOUBLE
        })) AS cells
    FROM cells_of_sites(own, interest) AS c
    LEFT JOIN peer AS p ON p.profile = own AND p.commodity = interest AND p.mine = c.mine AND p.position = c.position
    GROUP BY c.site_id
)
SELECT
    site_id,
    list_transform(cells, lambda cell: cell.u) AS u,
    list_transform(cells, lambda cell: cell.u_low) AS u_low,
    list_transform(cells, lambda cell: cell.u_high) AS u_high,
    list_transform(cells, lambda cell: cell.m) AS m,
    list_transform(cells, lambda cell: cell.a) AS a,
    list_transform(cells, lambda cell: cell.e) AS e
FROM placed
