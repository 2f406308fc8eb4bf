-- in:     combined.claim
-- out:    site_id, as_of: the date of the stage claim that is scored; empty where the source gives none
-- grain:  one row a site with a stage
SELECT site_id, max(as_of) AS as_of FROM combined.claim WHERE attribute = 'stage' AND chosen GROUP BY site_id
