-- in:     inside_park_frame(site_id, target), a frame
-- out:    the table inside_park(site_id, target = name of the park); the casts give an empty frame its types
-- grain:  one row a site inside a park
-- NULL:   none
CREATE OR REPLACE TEMP TABLE inside_park AS
SELECT site_id::VARCHAR AS site_id, target::VARCHAR AS target
FROM inside_park_frame
