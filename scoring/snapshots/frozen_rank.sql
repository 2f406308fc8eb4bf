-- in:     scored($s), frozen_site(site_id, listed, gate_failed)
-- out:    the listed sites with score, range, coverage, contributions, rank 1..n
-- grain:  one row a site
-- order:  as ranked.sql: gate fails last, then score descending at 12 decimals, then site_id
-- NULL:   none
SELECT
    site_id, d.score, d.score_low, d.score_high, d.coverage, d.contributions, s.gate_failed,
    row_number() OVER (ORDER BY s.gate_failed, round(d.score, 12) DESC, site_id) AS rank
FROM scored($s) AS d
JOIN frozen_site AS s USING (site_id)
WHERE s.listed
ORDER BY rank
