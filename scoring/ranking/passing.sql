-- in:     combined.site, combined.gate; filters: NULL means no filter
--         $commodity_any (list), $kinds, $stages, $countries, $accuracy (lists), $gates_failed (bool), $text,
--         $inside (list of site ids in the area of interest)
-- out:    the sites that pass the filters that do not depend on the weights, with gate_failed
-- grain:  one row a site
-- NULL:   gate_failed is never NULL: a site without a failed gate has not failed one
SELECT s.*, coalesce(f.gate_failed, false) AS gate_failed
FROM combined.site AS s
LEFT JOIN (SELECT site_id, bool_or(verdict = 'fail') AS gate_failed FROM combined.gate GROUP BY site_id) AS f USING (site_id)
WHERE ($commodity_any::VARCHAR[] IS NULL OR list_has_any(s.commodities, $commodity_any::VARCHAR[]))
  AND ($kinds::VARCHAR[] IS NULL OR list_contains($kinds::VARCHAR[], s.kind))
  AND ($stages::VARCHAR[] IS NULL OR list_contains($stages::VARCHAR[], s.stage))
  AND ($countries::VARCHAR[] IS NULL OR list_contains($countries::VARCHAR[], s.iso3))
  AND ($accuracy::VARCHAR[] IS NULL OR list_contains($accuracy::VARCHAR[], s.location_accuracy))
  AND ($gates_failed OR NOT coalesce(f.gate_failed, false))
  AND ($text = '' OR contains(lower(strip_accents(s.name || ' ' || array_to_string(s.aliases, ' '))), lower(strip_accents($text))))
  AND ($inside::VARCHAR[] IS NULL OR s.site_id IN (SELECT unnest($inside::VARCHAR[])))
