-- in:     cells_of_sites(own, interest) of packed_vectors.sql; facts.site, combined.project
-- out:    mine (whether of mines or of plants), position, n, mean, q (the quantiles 0, 1/32 .. 1): the desirability of the bundled projects of the kind
--         of which it is known
-- grain:  one row a kind and criterion that three of its projects or more know
-- units:  desirability 0..1
-- NULL:   none; fewer than three give no row: then any desirability is as likely as another
-- ref:    users' own sites are no peers, so that a new site moves no other
CREATE OR REPLACE MACRO peer_values(own, interest) AS TABLE
SELECT
    c.mine, c.position, count(*)::INTEGER AS n, avg(c.u ORDER BY c.u) AS mean,  -- in one order: a sum to the last digit
    quantile_cont(c.u, list_transform(range(33), lambda i: i / 32)) AS q
FROM cells_of_sites(own, interest) AS c
JOIN facts.site AS s USING (site_id)
JOIN combined.project AS p USING (site_id)
WHERE c.known
GROUP BY c.mine, c.position
HAVING count(*) >= 3
