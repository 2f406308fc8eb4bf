-- in:     facts.permitting_pathway, combined.site; $site_id; $eu: ISO codes of the members of the European Union
-- out:    pathway, region, applies_to_kind, statistic, months, basis, sample_n, source_url, as_of: published permitting durations and legal caps that
--         apply to the site: of its country or of the Union, for its kind
-- grain:  one row a pathway and statistic
-- NULL:   none; an empty region: the whole country
SELECT p.pathway, p.region, p.applies_to_kind, p.statistic, p.months, p.basis, p.sample_n, p.source_url, p.as_of
FROM facts.permitting_pathway AS p
JOIN combined.site AS s ON p.country_iso3 = s.iso3 OR (p.country_iso3 = '' AND list_contains($eu::VARCHAR[], s.iso3))
WHERE s.site_id = $site_id AND p.applies_to_kind IN ('any', s.kind, CASE WHEN s.kind IN ('separation', 'refinery') THEN 'processing' END)
ORDER BY p.pathway, p.region, p.statistic
