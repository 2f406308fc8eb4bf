-- in:     ranked(s), s = the terms of a ranking (`pipeline.terms`); user_data.site; combined.measurement; criterion; cells_of_sites(own, interest)
-- out:    the sites that a user added, as they are listed, without the rank; values and desirability: lists in the order of the criteria
-- grain:  one row a site, in order of site_id
-- units:  values in the unit of each criterion; desirability 0..1 against fixed goalposts
-- NULL:   in values, desirability: unknown, or the criterion does not apply to the kind of site
WITH cells AS (
    SELECT c.site_id, list(m.value ORDER BY c.position) AS values, list(if(c.known, c.u, NULL) ORDER BY c.position) AS desirability
    FROM cells_of_sites($s['profile'], $s['commodity']) AS c
    SEMI JOIN user_data.site AS u USING (site_id)
    JOIN criterion AS k ON k.position = c.position AND k.profile IN ('', $s['profile'])
    LEFT JOIN combined.measurement AS m
        ON m.site_id = c.site_id AND m.criterion_id = k.id AND m.commodity = if(k.per_commodity, $s['commodity'], '')
    GROUP BY c.site_id
)
SELECT r.* EXCLUDE (rank, contributions), c.values, c.desirability
FROM ranked($s) AS r
JOIN cells AS c USING (site_id)
ORDER BY site_id
