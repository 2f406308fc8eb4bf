-- in:     combined.site, combined.project (basis), combined.claim (funding_state, first_production; weak ones left out)
-- out:    site_id, kind, iso3, expanding (operating, and a source says that more needs money), funded (the newest source says so), start, start_as_of (the newest
--         statement of the start of production, as the source writes it, of no pilot and not of what has happened; '': none)
-- grain:  one row a site
-- NULL:   none
WITH money AS (
    SELECT site_id, max_by(text, as_of) AS funding
    FROM combined.claim WHERE attribute = 'funding_state' AND text <> '' AND method <> 'unconfirmed' GROUP BY site_id
),
starts AS (
    SELECT site_id, max_by(text, (as_of, text)) AS start, max(as_of) AS start_as_of
    FROM combined.claim
    WHERE attribute = 'first_production' AND text <> '' AND as_of <> '' AND method <> 'unconfirmed' AND NOT regexp_matches(scope, 'happened|pilot|trial', 'i')
    GROUP BY site_id
)
SELECT
    s.site_id, s.kind, s.iso3, coalesce(p.basis = 'need', false) AS expanding, coalesce(m.funding = 'funded', false) AS funded,
    coalesce(t.start, '') AS start, coalesce(t.start_as_of, '') AS start_as_of
FROM combined.site AS s
LEFT JOIN combined.project AS p USING (site_id)
LEFT JOIN money AS m USING (site_id)
LEFT JOIN starts AS t USING (site_id)
ORDER BY s.site_id
