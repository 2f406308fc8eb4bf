-- in:     packed(profile, commodity, site_id, u, u_low, u_high, m, a, e); $commodity; $profile; $site_ids (list, no id twice)
-- out:    site_id, u, u_low, u_high, m, a, e: the packed vectors, in the order of $site_ids
-- grain:  one row a site
-- NULL:   none
WITH asked AS (
    SELECT unnest($site_ids::VARCHAR[]) AS site_id, unnest(range(len($site_ids::VARCHAR[]))) AS place
)
SELECT p.site_id, p.u, p.u_low, p.u_high, p.m, p.a, p.e
FROM asked AS q
JOIN packed AS p ON p.site_id = q.site_id AND p.commodity = $commodity AND p.profile = $profile
ORDER BY q.place
