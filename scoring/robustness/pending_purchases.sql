-- in:    combined.claim; $site_ids (list)
-- out:   site_id, buyer, said, known: who is to hold, or the holder whom another is to buy; what the page says of it, and the newest date of a statement on who holds the site
-- grain: one row a statement of a purchase that is agreed and not closed; weak pages do not count
-- NULL:  known empty: nobody states who holds the site, or without a date
SELECT p.site_id, p.text AS buyer, p.scope || '; ' || p.detail AS said, coalesce(max(o.as_of), '') AS known
FROM combined.claim AS p
LEFT JOIN combined.claim AS o ON o.site_id = p.site_id AND o.attribute = 'owner' AND o.method NOT IN ('unconfirmed', 'machine-read')
WHERE
    (p.attribute = 'owner_pending' OR (p.attribute = 'owner' AND regexp_matches(p.scope, 'to be (acquired|bought|taken over) by')))
    AND p.method NOT IN ('unconfirmed', 'machine-read')
    AND list_contains($site_ids::VARCHAR[], p.site_id)
GROUP BY ALL
ORDER BY ALL
