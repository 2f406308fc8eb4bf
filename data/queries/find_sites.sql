-- in: $text   out: up to 5 site ids whose id or name contains it
SELECT site_id FROM combined.site
WHERE contains(site_id, lower($text)) OR contains(lower(strip_accents(name)), lower(strip_accents($text)))
ORDER BY length(name), site_id LIMIT 5
