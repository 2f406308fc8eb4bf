-- in:     combined.site, facts.product, combined.gate, combined.project, combined.step, open_programme; s = filters, a struct (`pipeline.filters`), NULL: no filter: commodity_any, kinds, stages,
--         countries, accuracy (lists), universe ('projects': combined.project alone | 'all'), step, gates_failed, any_stake (bool: the gate
--         covered_any counts), named (list of the ids of the sites
--         that the text names: scoring/search/search.py), inside (list of the ids of the sites in the area of interest),
--         programme (that excludes no listed site; '': any), owners_clear (bool: known to pass the rule of ownership in force)
-- out:    the sites that pass the filters that do not depend on the weights, with gate_failed and counts_for: the commodities that the
--         site counts for, of a project what it is to sell where the ledgers say it
-- grain:  one row a site
-- NULL:   none in the two columns: a site without a failed gate has not failed one
CREATE OR REPLACE MACRO counts_for(universe, commodities, products) AS
    CASE WHEN universe = 'projects' THEN coalesce(products, commodities) ELSE commodities END;
CREATE OR REPLACE MACRO is_of(commodities, wanted) AS wanted::VARCHAR[] IS NULL OR list_has_any(commodities, wanted::VARCHAR[]);
CREATE OR REPLACE MACRO products_of_projects() AS TABLE
SELECT site_id, list(commodity) AS products FROM facts.product GROUP BY site_id;
CREATE OR REPLACE MACRO passing(s) AS TABLE
SELECT site.*, coalesce(f.gate_failed, false) AS gate_failed, counts_for(s['universe'], site.commodities, sold.products) AS counts_for
FROM combined.site AS site
LEFT JOIN (
    SELECT site_id, bool_or(verdict = 'fail' AND gate_counts(gate, s['any_stake'])) AS gate_failed
    FROM combined.gate GROUP BY site_id
) AS f USING (site_id)
LEFT JOIN products_of_projects() AS sold USING (site_id)
WHERE is_of(counts_for(s['universe'], site.commodities, sold.products), s['commodity_any'])
  AND (s['kinds']::VARCHAR[] IS NULL OR list_contains(s['kinds']::VARCHAR[], site.kind))
  AND (s['stages']::VARCHAR[] IS NULL OR list_contains(s['stages']::VARCHAR[], site.stage))
  AND (s['countries']::VARCHAR[] IS NULL OR list_contains(s['countries']::VARCHAR[], site.iso3))
  AND (s['accuracy']::VARCHAR[] IS NULL OR list_contains(s['accuracy']::VARCHAR[], site.location_accuracy))
  AND (s['universe'] = 'all' OR site.site_id IN (SELECT site_id FROM combined.project))
  AND (s['step']::VARCHAR IS NULL OR site.site_id IN (SELECT site_id FROM combined.step WHERE step = s['step']))
  AND (s['gates_failed'] OR NOT coalesce(f.gate_failed, false))
  AND (NOT s['owners_clear'] OR site.site_id IN (SELECT site_id FROM combined.gate WHERE owners_pass(gate, verdict, s['any_stake'])))
  AND (s['named']::VARCHAR[] IS NULL OR site.site_id IN (SELECT unnest(s['named']::VARCHAR[])))
  AND (s['inside']::VARCHAR[] IS NULL OR site.site_id IN (SELECT unnest(s['inside']::VARCHAR[])))
  AND (s['programme'] = '' OR site.site_id IN (SELECT site_id FROM open_programme WHERE programme = s['programme']))
