-- in: $text (folded by the caller: lower case, no accents)   out: up to 5 site ids whose id or name contains it
SELECT site_id FROM facts.site
WHERE contains(site_id, $text) OR contains(lower(strip_accents(name)), $text)
ORDER BY length(name), site_id LIMIT 5
