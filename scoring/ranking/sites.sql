-- in:     combined.site, combined.gate; $any_stake = whether the gate covered_any counts
-- out:    all sites with what does not depend on weights
-- grain:  one row a site, in the order of the ids
-- NULL:   gate_failed is never NULL: a site without a failed gate has not failed one; owners_clear: the gate covered_nation passes
SELECT
    s.site_id, name, iso3, kind, commodities, lon, lat, stage, deposit_type, location_accuracy,
    coalesce(f.gate_failed, false) AS gate_failed, coalesce(f.owners_clear, false) AS owners_clear
FROM combined.site AS s
LEFT JOIN (
    SELECT
        site_id, bool_or(verdict = 'fail' AND gate_counts(gate, $any_stake)) AS gate_failed,
        bool_or(gate = 'covered_nation' AND verdict = 'pass') AS owners_clear
    FROM combined.gate GROUP BY site_id
) AS f USING (site_id)
ORDER BY s.site_id
