-- in: $site_id   out: the site's row with the names of its country
SELECT s.*, c.name_en AS country_name, c.iso2, c.bloc, c.regulatory_quality, c.rule_of_law
FROM combined.site AS s LEFT JOIN facts.country AS c USING (iso3)
WHERE s.site_id = $site_id
