-- in:     facts.permitting_pathway, facts.country; $iso3
-- out:    pathway, region, applies_to_kind, statistic, months, basis, sample_n, source_url, as_of: published permitting durations and legal caps of
--         that country
-- grain:  one row a pathway and statistic
-- NULL:   none; an empty region: the whole country
SELECT pathway, region, applies_to_kind, statistic, months, basis, sample_n, source_url, as_of
FROM facts.permitting_pathway WHERE country_iso3 = $iso3 ORDER BY pathway, region, statistic
