-- in:     ranked($s), $s = the terms of a ranking (`pipeline.terms`); $site_id: that site alone, with its rank among all; NULL: all
-- out:    the sites that pass the filters, in order of rank
-- grain:  one row a site
-- NULL:   as in combined.site
FROM ranked($s)
WHERE $site_id::VARCHAR IS NULL OR site_id = $site_id
ORDER BY rank
