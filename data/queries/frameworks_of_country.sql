-- in: $iso3   out: minerals frameworks of that country with the US or Japan, newest first
SELECT title, kind, date, status, partner, source_url FROM facts.partner_framework WHERE country_iso3 = $iso3 ORDER BY date DESC, title
