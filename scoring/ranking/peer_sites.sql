-- in:     facts.site, combined.project
-- out:    site_id: the bundled projects, among which unknowns are drawn
-- grain:  one row a site
-- NULL:   none
SELECT s.site_id FROM facts.site AS s JOIN combined.project AS p USING (site_id) ORDER BY s.site_id
